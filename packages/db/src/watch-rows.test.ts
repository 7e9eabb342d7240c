import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, postgresDialect, type TestDialect } from "@app/services/databases";

import { coreMigrations, type ExternalChange, openDatabase, type WatchedRows } from "./index.ts";
import { newSession, newUser, openTestDatabase } from "./test/open-test-database.ts";
import { runByHand } from "./test/run-by-hand.ts";

const ofUser = { table: "sessions", column: "user_id" };
const anyUser = { table: "users", column: null };
const topic = (id: string) => `rows:sessions:user_id:${id}`;

/** A database in which Ann and Bob are users, and what is told of rows: by this process, and from elsewhere. */
async function openWatched(dialect: TestDialect, watched: readonly WatchedRows[] = [ofUser]) {
  const opened = await openTestDatabase(dialect);
  const { db, url } = opened;
  await db.insert(db.tables.users).values([newUser("ann"), newUser("bob")]);
  const own: (readonly string[] | null)[] = [];
  const external: ExternalChange[] = [];
  const stop = await db.watchRows(watched, (topics) => void own.push(topics));
  await db.watchExternalChanges((change) => void external.push(change), { pollMs: 5 });
  return {
    db,
    url,
    own,
    external,
    stop,
    rowsToldFromElsewhere: () => external.flatMap((change) => (change.kind === "rows" ? [change.topic] : [])),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

describeDatabases((dialect) => {
  test("a transaction tells, after its commit and before its effects, of the rows it changed: each topic once", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    const { sessions } = db.tables;
    const heardBy: number[] = [];

    await db.transaction(async (tx) => {
      tx.afterCommit(() => void heardBy.push(own.length));
      await tx.insert(sessions).values([newSession("s1", "ann"), newSession("s2", "ann")]);
      await tx.update(sessions).set({ ip: "::1" }).where(eq(sessions.id, "s1"));
      expect(own).toEqual([]);
    });
    expect(own).toEqual([[topic("ann")]]);
    expect(heardBy).toEqual([1]);

    await db.transaction((tx) => tx.update(sessions).set({ userId: "bob" }).where(eq(sessions.id, "s1")));
    expect(own[1]?.toSorted()).toEqual([topic("ann"), topic("bob")]);
    await db.transaction((tx) => tx.delete(sessions).where(eq(sessions.id, "s1")));
    expect(own[2]).toEqual([topic("bob")]);
  });

  test("what a transaction rolled back is not told; one without such rows tells nothing", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    const failed = db.transaction(async (tx) => {
      await tx.insert(tx.tables.sessions).values(newSession("s1", "ann"));
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    await db.transaction((tx) => tx.update(tx.tables.users).set({ firstName: "Ann" }));
    await db.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s2", "bob")));
    expect(own).toEqual([[topic("bob")]]);
  });

  test("rows that go with others are told, too", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    await db.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s1", "ann")));
    await db.transaction((tx) => tx.delete(tx.tables.users).where(eq(tx.tables.users.id, "ann")));
    expect(own).toEqual([[topic("ann")], [topic("ann")]]);
  });

  test("without a column any row is told by the table, and nothing when there was none to change", async () => {
    await using watched = await openWatched(dialect, [anyUser]);
    const { db, own } = watched;
    const { users } = db.tables;
    await db.transaction((tx) => tx.update(users).set({ firstName: "x" }).where(eq(users.id, "nobody")));
    expect(own).toEqual([]);
    await db.transaction((tx) => tx.update(users).set({ firstName: "x" }));
    expect(own).toEqual([["rows:users"]]);
  });

  test("more than 200 are told as all, 200 one by one", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    const ids = Array.from({ length: 201 }, (_, index) => `user-${index}`);
    await db.transaction((tx) => tx.insert(tx.tables.users).values(ids.map(newUser)));
    const insert = (some: readonly string[]) =>
      db.transaction((tx) => tx.insert(tx.tables.sessions).values(some.map((id) => newSession(id, id))));
    await insert(ids.slice(0, 200));
    expect(own[0]).toHaveLength(200);
    await db.transaction((tx) => tx.delete(tx.tables.sessions));
    await insert(ids);
    expect(own[2]).toBeNull();
  });

  test("a single statement is told, whether by this process or from its database", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    await db.insert(db.tables.sessions).values(newSession("s1", "ann"));
    const told = () => [...own.flatMap((topics) => topics ?? []), ...watched.rowsToldFromElsewhere()];
    await vi.waitFor(() => expect(told()).toEqual([topic("ann")]));
  });

  test("what another program does is told as a change from elsewhere; after stopping, own changes are no longer told", async () => {
    await using watched = await openWatched(dialect);
    const { db, url, own, external } = watched;
    await using other = await openDatabase(url, { migrations: [] });
    const { sessions } = other.tables;
    await other.transaction((tx) => tx.insert(sessions).values(newSession("s1", "ann")));
    const expected: ExternalChange =
      dialect.name === "sqlite" ? { kind: "all" } : { kind: "rows", topic: topic("ann") };
    await vi.waitFor(() => expect(external).toContainEqual(expected));
    expect(own).toEqual([]);

    watched.stop();
    await db.transaction((tx) => tx.insert(sessions).values(newSession("s2", "bob")));
    expect(own).toEqual([]);
  });

  test("watching again what is watched already is fine, and what is not there is said", async () => {
    await using watched = await openWatched(dialect);
    const { db, own } = watched;
    await db.watchRows([ofUser], () => {});
    await db.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s1", "ann")));
    expect(own).toEqual([[topic("ann")]]);
    await expect(db.watchRows([{ table: "sesions", column: "user_id" }], () => {})).rejects.toThrow("sesions");
    await expect(db.watchRows([{ table: "users", column: "nonsense" }], () => {})).rejects.toThrow("nonsense");
    await expect(db.insert(db.tables.users).values(newUser("cid"))).resolves.toBeDefined();
  });
});

test("postgres: by hand in psql, and by replicas that listen, TRUNCATE and a value no topic can be made of", async () => {
  await using watched = await openWatched(postgresDialect);
  const { url, external, own } = watched;
  const insert = (id: string, userId: string) =>
    `insert into sessions (id, token_hash, user_id, created_at, last_used_at, authenticated_at, expires_at, absolute_expires_at)
     values ('${id}', '${id}', '${userId}', now(), now(), now(), now(), now())`;
  await runByHand(url, insert("s1", "ann"));
  await vi.waitFor(() => expect(watched.rowsToldFromElsewhere()).toEqual([topic("ann")]));

  await using replica = await openDatabase(url, { migrations: [coreMigrations] });
  const toldThere: (readonly string[] | null)[] = [];
  await replica.watchRows([ofUser], (topics) => void toldThere.push(topics));
  await replica.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s2", "bob")));
  await pause(50);
  // It is that replica's to tell the others, by the bus: told by NOTIFY, commits would wait for each other.
  expect(toldThere).toEqual([[topic("bob")]]);
  expect(watched.rowsToldFromElsewhere()).toEqual([topic("ann")]);

  external.length = 0;
  await runByHand(url, `insert into users (id, username, username_key, created_at) values (E'a\\nb', 'x', 'x', now())`);
  await runByHand(url, insert("s3", "a\nb"));
  await vi.waitFor(() => expect(external).toContainEqual({ kind: "all" }));
  external.length = 0;
  await runByHand(url, "truncate sessions cascade");
  await vi.waitFor(() => expect(external).toContainEqual({ kind: "all" }));
  expect(own).toEqual([]);
});

test("postgres: what a savepoint undid is not told", async () => {
  await using watched = await openWatched(postgresDialect);
  const { db, own } = watched;
  await db.transaction(async (tx) => {
    await tx.insert(tx.tables.sessions).values(newSession("s1", "ann"));
    await tx
      .savepoint(async (inner) => {
        await inner.insert(inner.tables.sessions).values(newSession("s2", "bob"));
        throw new Error("no");
      })
      .catch(() => {});
  });
  expect(own).toEqual([[topic("ann")]]);
});

test("postgres: a trigger that was dropped or is an older one is made anew", async () => {
  await using watched = await openWatched(postgresDialect);
  const { db, url, own } = watched;
  await runByHand(url, "drop trigger countersign_rows_sessions_user_id_insert on sessions");
  await db.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s1", "ann")));
  expect(own).toEqual([]);
  await db.watchRows([ofUser], () => {});
  await db.transaction((tx) => tx.insert(tx.tables.sessions).values(newSession("s2", "ann")));
  expect(own).toEqual([[topic("ann")]]);
});

test("postgres: a role that does not own the tables is told what to do", async () => {
  await using watched = await openWatched(postgresDialect);
  const role = `reader_${crypto.randomUUID().replaceAll("-", "")}`;
  await runByHand(watched.url, `create role ${role} login; grant select on all tables in schema public to ${role}`);
  const asReader = new URL(watched.url);
  asReader.searchParams.set("options", `-c role=${role}`);
  await using db = await openDatabase(asReader.href, { migrations: [coreMigrations], mustBeReady: true });
  await expect(db.watchRows([{ table: "users", column: "id" }], () => {})).rejects.toThrow("Let the server's role own");
  await runByHand(watched.url, `drop owned by ${role}; drop role ${role}`);
});
