import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, postgresDialect, sqliteDialect } from "@app/services/databases";

import { coreMigrations, type Database, DatabaseUnavailable, type ExternalChange, openDatabase } from "./index.ts";
import { newSession, newUser, openTestDatabase } from "./test/open-test-database.ts";
import { runByHand } from "./test/run-by-hand.ts";

describeDatabases((dialect) => {
  test("a change by another process is reported, and after stopping nothing is", async () => {
    await using opened = await openTestDatabase(dialect);
    await using other = await openDatabase(opened.url, { migrations: [] });
    await other.insert(other.tables.users).values(newUser("ann"));
    const changes: ExternalChange[] = [];
    const stop = await opened.db.watchExternalChanges((change) => changes.push(change), { pollMs: 10 });

    await other.update(other.tables.users).set({ firstName: "Ann" });
    await vi.waitFor(() =>
      expect(changes).toEqual([dialect.name === "sqlite" ? { kind: "all" } : { kind: "user", id: "ann" }]),
    );

    await stop();
    await other.update(other.tables.users).set({ firstName: "Bea" });
    await pause(50);
    expect(changes).toHaveLength(1);
  });

  test("a watcher that throws is reported, and goes on to hear", async () => {
    const errors: unknown[] = [];
    await using opened = await openTestDatabase(dialect, { onError: (error) => errors.push(error) });
    await using other = await openDatabase(opened.url, { migrations: [] });
    await other.insert(other.tables.users).values(newUser("ann"));
    let heard = 0;
    await opened.db.watchExternalChanges(
      () => {
        heard += 1;
        throw new Error("deaf");
      },
      { pollMs: 10 },
    );

    await other.update(other.tables.users).set({ firstName: "Ann" });
    await vi.waitFor(() => expect(heard).toBe(1));
    await other.update(other.tables.users).set({ firstName: "Bea" });
    await vi.waitFor(() => expect(heard).toBe(2));
    expect(errors.map(String)).toEqual(["Error: deaf", "Error: deaf"]);
  });
});

test("sqlite: own changes are not reported, whichever way they are made", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  const { db } = opened;
  await using other = await openDatabase(opened.url, { migrations: [] });
  const changes: ExternalChange[] = [];
  await db.watchExternalChanges((change) => changes.push(change), { pollMs: 5 });

  await db.insert(db.tables.users).values(newUser("ann"));
  await db.transaction(async (tx) => {
    await tx.update(tx.tables.users).set({ firstName: "Ann" });
    await pause(20);
  });
  await pause(30);
  expect(changes).toEqual([]);

  await other.update(other.tables.users).set({ firstName: "Bea" });
  await vi.waitFor(() => expect(changes).toEqual([{ kind: "all" }]));
});

test("sqlite: a database in memory has no other processes to watch", async () => {
  await using db = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });
  const changes: ExternalChange[] = [];
  await db.watchExternalChanges((change) => changes.push(change), { pollMs: 5 });

  await db.insert(db.tables.users).values(newUser("ann"));
  await pause(20);

  expect(changes).toEqual([]);
});

test("postgres: what sessions stand on is told by id, and ordinary use is not", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db } = opened;
  const { users, sessions } = db.tables;
  await db.insert(users).values([newUser("ann"), newUser("bob")]);
  const told = await listen(opened);
  const ofSession = [{ kind: "session", id: "s1" }];

  expect(await told(() => db.insert(sessions).values(newSession("s1", "ann")))).toEqual([]);
  expect(await told(() => db.update(users).set({ lastLoginAt: new Date() }))).toEqual([]);
  const later = new Date(1_800_000_000_001);
  expect(await told(() => db.update(sessions).set({ lastUsedAt: new Date(), expiresAt: later }))).toEqual([]);

  expect(await told(() => db.update(sessions).set({ tokenHash: "other" }))).toEqual(ofSession);
  const earlier = new Date(1_700_000_000_000);
  expect(await told(() => db.update(sessions).set({ expiresAt: earlier }))).toEqual(ofSession);
  expect(await told(() => db.update(sessions).set({ absoluteExpiresAt: earlier }))).toEqual(ofSession);
  expect(await told(() => db.update(sessions).set({ userId: "bob" }))).toEqual(ofSession);
  expect(await told(() => db.delete(sessions))).toEqual(ofSession);

  const permission = { userId: "ann", permission: "notes.read" };
  expect(await told(() => db.insert(db.tables.userPermissions).values(permission))).toEqual([
    { kind: "user", id: "ann" },
  ]);
});

test("postgres: a change that is rolled back is not told", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const told = await listen(opened);

  const changes = await told(() =>
    db
      .transaction(async (tx) => {
        await tx.delete(tx.tables.users);
        throw new Error("no");
      })
      .catch(() => {}),
  );

  expect(changes).toEqual([]);
});

test("postgres: a deleted user is told, with the sessions that go along", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db } = opened;
  const { users, sessions } = db.tables;
  await db.insert(users).values([newUser("ann"), newUser("bob")]);
  await db.insert(sessions).values([newSession("s1", "ann"), newSession("s2", "ann"), newSession("s3", "bob")]);
  const told = await listen(opened);

  const changes = await told(() => db.delete(users).where(eq(users.id, "ann")));

  expect(changes).toHaveLength(3);
  expect(changes).toEqual(
    expect.arrayContaining([
      { kind: "session", id: "s1" },
      { kind: "session", id: "s2" },
      { kind: "user", id: "ann" },
    ]),
  );
});

test("postgres: a statement over 200 rows is told row by row, over more as one change of all, cascades included", async () => {
  await using opened = await openTestDatabase(postgresDialect, { statementTimeoutMs: 20_000 });
  const { db } = opened;
  const { users } = db.tables;
  const told = await listen(opened);

  await insertUsersWithSessions(opened.url, 200);
  expect(await told(() => db.update(users).set({ locale: "en" }))).toHaveLength(200);

  await insertUsersWithSessions(opened.url, 10_000);
  expect(await told(() => db.update(users).set({ locale: "ar" }))).toEqual([{ kind: "all" }]);
  expect(await told(() => db.delete(users))).toEqual([{ kind: "all" }]);
});

test("postgres: TRUNCATE is told as a change of all", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const told = await listen(opened);

  for (const table of ["sessions cascade", "users cascade", "group_members"]) {
    expect(await told(() => runByHand(opened.url, `truncate ${table}`))).toEqual([{ kind: "all" }]);
  }
});

test("postgres: a lost listening connection is told at once, comes back and reports all", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  const { db, url } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const changes: (ExternalChange | "lost")[] = [];
  await db.watchExternalChanges((change) => changes.push(change), { pollMs: 50, onLost: () => changes.push("lost") });

  await runByHand(
    url,
    "select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen %' and datname = current_database()",
  );
  await vi.waitFor(() => expect(changes).toEqual(["lost", { kind: "all" }]));

  await db.update(db.tables.users).set({ firstName: "Ann" });
  await vi.waitFor(() => expect(changes).toEqual(["lost", { kind: "all" }, { kind: "user", id: "ann" }]));
});

test("postgres: a server that is away refuses to be watched", async () => {
  await using opened = await openTestDatabase(postgresDialect);
  await using db = await openDatabase(opened.url, { migrations: [] });
  await db.close();
  await using gone = await openDatabase(opened.url, { migrations: [] });
  await runByHand(
    new URL("/postgres", opened.url).href,
    `alter database ${new URL(opened.url).pathname.slice(1)} allow_connections false`,
  );

  await expect(gone.watchExternalChanges(() => {}, { pollMs: 50 })).rejects.toThrow(DatabaseUnavailable);
});

/** Watches, and answers with what is told of a step: all that comes before a mark that is told after it. */
async function listen({ db, url }: { readonly db: Database; readonly url: string }) {
  let changes: ExternalChange[] = [];
  await db.watchExternalChanges((change) => changes.push(change), { pollMs: 50 });

  return async (step: () => PromiseLike<unknown>): Promise<ExternalChange[]> => {
    changes = [];
    await step();
    await runByHand(url, "notify countersign_changes, 'user:mark'");
    await vi.waitFor(() => expect(changes).toContainEqual({ kind: "user", id: "mark" }));
    return changes.slice(0, -1);
  };
}

function insertUsersWithSessions(url: string, count: number): Promise<void> {
  return runByHand(
    url,
    `insert into users (id, username, username_key, created_at)
       select n, n, n, now() from generate_series(1, ${count}) n on conflict do nothing;
     insert into sessions
         (id, token_hash, user_id, created_at, last_used_at, authenticated_at, expires_at, absolute_expires_at)
       select id, id, id, now(), now(), now(), now(), now() from users on conflict do nothing`,
  );
}
