import { eq } from "drizzle-orm";
import { describe, expect, test, vi } from "vitest";

import { describeDatabases, postgresDialect, sqliteDialect, type TestDialect } from "@app/services/databases";
import { type Database, forUpdate } from "@countersign/db";

import { insertUser } from "../test/insert-user.ts";
import { openTestEngine, type TestEngine } from "../test/open-engine.ts";
import { watchReads } from "../test/watch-reads.ts";
import { createTestClock } from "../testing/test-clock.ts";

import { createLuciaEngine } from "./lucia-engine.ts";
import { describeSessionEngine } from "./session-engine.suite.ts";

const minute = 60_000;

describeSessionEngine(createLuciaEngine);

describeDatabases((dialect) => {
  test("rights are read once per version of the user", async () => {
    const { app, sent } = await openWatched(dialect);
    await using _ = app;
    const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

    for (let call = 0; call < 5; call += 1) await app.validate(ann);
    expect(sent["find_rights"]).toBe(1);
    await app.db.insert(app.db.tables.userPermissions).values({ userId: ann.session.userId, permission: "notes.view" });
    for (let call = 0; call < 5; call += 1) await app.validate(ann);
    expect(sent["find_rights"]).toBe(2);
    await app.validate(bob);
    expect(sent["find_rights"]).toBe(3);
  });

  test("those who come due while a touch is being written are written together", async () => {
    await using app = await openTestEngine(dialect, createLuciaEngine);
    const userId = await insertUser(app.db, "Ann");
    const sessions = await app.db.transaction(async (tx) => {
      const one = () => app.engine.create(tx, { userId, remember: false, ip: null, userAgent: null });
      return [await one(), await one(), await one(), await one(), await one()];
    });
    app.clock.advance(minute);

    const principals = await Promise.all(sessions.map((session) => app.validate(session)));
    for (const principal of principals) if (principal) app.engine.touch(principal);
    await app.updates.settled();

    expect(app.updates.count()).toBe(2);
    const touched = await app.engine.list(userId);
    expect(touched.map((session) => session.lastUsedAt)).toEqual(sessions.map(() => new Date(app.clock.now())));
  });

  // On SQLite there is one writer.
  test.runIf(dialect.name === "postgres")(
    "what is over is cleared away without waiting for who holds it; that is left for the next time",
    async () => {
      await using app = await openTestEngine(dialect, createLuciaEngine);
      const ann = await app.signIn("Ann");
      await app.signIn("Bob");
      app.clock.advance(365 * 24 * 60 * minute);
      const { sessions } = app.db.tables;
      const turn = Promise.withResolvers<void>();
      // Begun out here: it is no part of the transaction.
      const pruning = turn.promise.then(() => app.engine.prune());
      await app.db.transaction(async (tx) => {
        await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, ann.session.id)));
        turn.resolve();
        expect(await pruning).toBe(1);
      });
      expect(await app.engine.prune()).toBe(1);
    },
  );

  test("a touch from within a transaction is no part of it: it is written although that is rolled back", async () => {
    await using app = await openTestEngine(dialect, createLuciaEngine);
    const ann = await app.signIn("Ann");
    app.clock.advance(minute);
    const reading = await app.validate(ann);

    const failed = app.db.transaction(async () => {
      if (reading) app.engine.touch(reading);
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await app.updates.settled();

    expect(app.errors).toEqual([]);
    expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
  });

  test("EXP-02: two replicas that see the same session in use write it down once a minute between them", async () => {
    await using app = await openTestEngine(dialect, createLuciaEngine);
    const ann = await app.signIn("Ann");
    app.clock.advance(minute);
    const reading = await app.validate(ann);
    const written = new Date(app.clock.now());
    await app.touch(reading);

    const clock = createTestClock(app.clock.now() + minute / 2);
    const other = createLuciaEngine({ ...app.options, clock });
    if (reading) other.touch(reading);
    await app.updates.settled();

    expect(app.updates.count()).toBe(2);
    expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: written } });
  });
});

describe("on SQLite", () => {
  test("the query of every call finds the session by its unique index, and the user by the key", async () => {
    await using app = await openTestEngine(sqliteDialect, createLuciaEngine);
    const { db, texts } = watchReads(app.db);
    createLuciaEngine({ ...app.options, db });
    const text = { sqlite: `EXPLAIN QUERY PLAN ${texts["find_session"]?.sqlite}`, postgres: "" };

    const plan = await app.db.prepare<{ detail: string }>("explain", text).all(["a"]);
    expect(plan.map(({ detail }) => detail)).toEqual([
      "SEARCH s USING INDEX sessions_token_hash_unique (token_hash=?)",
      "SEARCH u USING INDEX sqlite_autoindex_users_1 (id=?)",
    ]);
  });

  test("a session is read again when it was changed, the user when that was, and neither for anybody else's sake", async () => {
    const { app, sent } = await openWatched(sqliteDialect);
    await using _ = app;
    const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

    for (let call = 0; call < 5; call += 1) expect((await app.validate(ann))?.user.username).toBe("Ann");
    expect(sent).toEqual({ find_session: 1, find_rights: 1 });
    await app.end({ userId: bob.session.userId });
    for (let call = 0; call < 5; call += 1) expect((await app.validate(ann))?.user.username).toBe("Ann");
    expect(sent).toEqual({ find_session: 1, find_rights: 1 });
    expect(await app.validate(bob)).toBeNull();
    expect(sent).toEqual({ find_session: 2, find_rights: 1 });

    const { sessions, users } = app.db.tables;
    await app.db.update(sessions).set({ lastUsedAt: new Date(1) });
    for (let call = 0; call < 5; call += 1) await app.validate(ann);
    expect(sent).toEqual({ find_session: 3, find_rights: 1 });
    await app.db.update(users).set({ firstName: "Ann" }).where(eq(users.id, ann.session.userId));
    for (let call = 0; call < 5; call += 1) expect((await app.validate(ann))?.user.firstName).toBe("Ann");
    expect(sent).toEqual({ find_session: 3, find_user: 1, find_rights: 2 });
  });
});

describe("on Postgres", () => {
  test("what is validated in one turn is one round trip for sessions, and one for rights", async () => {
    const { app, sent } = await openWatched(postgresDialect);
    await using _ = app;
    const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];

    const principals = await Promise.all([ann, bob, ann, bob, ann].map((session) => app.validate(session)));

    expect(principals.map((principal) => principal?.user.username)).toEqual(["Ann", "Bob", "Ann", "Bob", "Ann"]);
    expect(sent).toEqual({ find_session: 1, find_rights: 1 });
    await app.validate(ann);
    await app.validate(bob);
    expect(sent).toEqual({ find_session: 3, find_rights: 1 });
  });

  test("a validation asked after a commit is not answered by a reading that began before it, however late that one is", async () => {
    const late = Promise.withResolvers<void>();
    const sent: string[] = [];
    await using app = await openTestEngine(postgresDialect, (options) => {
      // The answer to what is sent first is on its way for long.
      const prepare = <Row>(name: string, text: Parameters<Database["prepare"]>[1]) => {
        const statement = options.db.prepare<Row>(name, text);
        return {
          async all(parameters: readonly unknown[]) {
            const isFirst = sent.push(name) === 1;
            const rows = await statement.all(parameters);
            if (isFirst) await late.promise;
            return rows;
          },
        };
      };
      return createLuciaEngine({ ...options, db: { ...options.db, prepare } });
    });
    const ann = await app.signIn("Ann");
    const before = app.validate(ann);
    await vi.waitFor(() => expect(sent).toHaveLength(1));

    await app.db.delete(app.db.tables.sessions);
    expect(await app.validate(ann)).toBeNull();
    late.resolve();
    // It was asked before, and let in by what was so then.
    expect(await before).toMatchObject({ user: { username: "Ann" } });
  });

  test("a session that another transaction is changing keeps nobody else's touch waiting", async () => {
    await using app = await openTestEngine(postgresDialect, createLuciaEngine);
    const [ann, bob] = [await app.signIn("Ann"), await app.signIn("Bob")];
    const { sessions } = app.db.tables;
    app.clock.advance(minute);
    const [first, second] = [await app.validate(ann), await app.validate(bob)];

    await app.db.transaction(async (tx) => {
      await tx.update(sessions).set({ ip: "192.0.2.9" }).where(eq(sessions.id, ann.session.id));
      await app.touch(first);
      await app.touch(second);
      expect(await app.validate(bob)).toMatchObject({ session: { lastUsedAt: new Date(app.clock.now()) } });
    });

    expect(app.errors).toEqual([]);
    expect(await app.validate(ann)).toMatchObject({ session: { lastUsedAt: ann.session.lastUsedAt } });
  });
});

/** An engine whose prepared reads are counted. */
async function openWatched(dialect: TestDialect): Promise<{ app: TestEngine; sent: Readonly<Record<string, number>> }> {
  const watched = Promise.withResolvers<ReturnType<typeof watchReads>>();
  const app = await openTestEngine(dialect, (options) => {
    const reads = watchReads(options.db);
    watched.resolve(reads);
    return createLuciaEngine({ ...options, db: reads.db });
  });
  return { app, sent: (await watched.promise).sent };
}
