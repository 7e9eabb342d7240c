import { isDeepStrictEqual } from "node:util";

import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { postgresDialect, sqliteDialect } from "@app/services/databases";

import { type AccessLog, coreMigrations, DatabaseUnavailable, openDatabase } from "../index.ts";
import { newSession, newUser, openTestDatabase } from "../test/open-test-database.ts";

test("what is changed of a user or a session is told once, whoever changes it, and what concerns neither is not", async () => {
  await using place = await openFilled();
  const { log, byHand, db } = place;

  const told: readonly (readonly [string, readonly object[]])[] = [
    ["UPDATE users SET first_name = 'Ann' WHERE id = 'ann'", [{ userId: "ann" }]],
    ["UPDATE users SET is_active = 0 WHERE id = 'bob'", [{ userId: "bob" }]],
    ["UPDATE users SET last_login_at = 1", []],
    ["INSERT INTO user_permissions VALUES ('ann', 'notes.view')", [{ userId: "ann" }]],
    ["DELETE FROM user_permissions", [{ userId: "ann" }]],
    ["INSERT INTO groups VALUES ('g', 'editors', 1)", []],
    ["INSERT INTO group_members VALUES ('g', 'bob')", [{ userId: "bob" }]],
    ["INSERT INTO group_permissions VALUES ('g', 'notes.edit')", [{ userId: "bob" }]],
    ["UPDATE groups SET name = 'writers'", [{ userId: "bob" }]],
    ["DELETE FROM groups", [{ userId: "bob" }]],
    ["UPDATE sessions SET last_used_at = 1 WHERE id = 's1'", [{ tokenHash: "hash-of-s1" }]],
    ["UPDATE sessions SET token_hash = 'other' WHERE id = 's1'", [{ tokenHash: "hash-of-s1" }]],
    ["DELETE FROM sessions WHERE id = 's1'", [{ tokenHash: "other" }]],
    ["INSERT INTO rate_limits VALUES ('a', 1, 1)", []],
    ["INSERT INTO users (id, username, username_key, created_at) VALUES ('eve', 'eve', 'eve', 1)", []],
  ];
  for (const [statement, changes] of told) {
    byHand.exec(statement);
    expect([statement, unique(log())]).toEqual([statement, changes]);
    expect([statement, log()]).toEqual([statement, []]);
  }
  await db.transaction((tx) => tx.delete(tx.tables.sessions));
  expect(log()).toEqual([{ tokenHash: "hash-of-s2" }]);
});

test("a row that another one is put in the place of is told, with foreign keys or without", async () => {
  await using place = await openFilled();
  const { log, byHand } = place;
  byHand.pragma("foreign_keys = OFF");

  const columns =
    "id, token_hash, user_id, created_at, last_used_at, authenticated_at, expires_at, absolute_expires_at";
  byHand.exec(`INSERT OR REPLACE INTO sessions (${columns}) VALUES ('s9', 'hash-of-s1', 'bob', 1, 1, 1, 1, 1)`);
  expect(log()).toContainEqual({ tokenHash: "hash-of-s1" });
  byHand.exec("UPDATE OR REPLACE sessions SET token_hash = 'hash-of-s2' WHERE id = 's9'");
  expect(log()).toContainEqual({ tokenHash: "hash-of-s2" });
  byHand.exec("INSERT OR REPLACE INTO users (id, username, username_key, created_at) VALUES ('eve', 'a', 'ann', 1)");
  expect(log()).toContainEqual({ userId: "ann" });
  byHand.exec("UPDATE OR REPLACE users SET username_key = 'bob' WHERE id = 'eve'");
  expect(log()).toContainEqual({ userId: "bob" });
});

test("what is rolled back is not told", async () => {
  await using place = await openFilled();
  place.byHand.exec("BEGIN; UPDATE users SET first_name = 'Ann'; ROLLBACK");
  expect(place.log()).toEqual([]);
});

test("each who follows is told all", async () => {
  await using place = await openFilled();
  const another = place.db.followAccess?.();
  expect(another?.()).toBeNull();
  place.byHand.exec("UPDATE users SET first_name = 'Ann' WHERE id = 'ann'");
  expect([place.log(), another?.()]).toEqual([[{ userId: "ann" }], [{ userId: "ann" }]]);
});

test.each([
  ["more was changed than is written down", "UPDATE users SET first_name = first_name || 'x'", 501],
  ["the log was emptied", "DELETE FROM access_changes", 1],
  ["the log was emptied and filled again", "DELETE FROM access_changes; UPDATE users SET first_name = 'x'", 1],
  ["somebody wrote down that everything did", "INSERT INTO access_changes DEFAULT VALUES", 1],
])("when %s, anything may have changed, and later on it is known again", async (_, statement, times) => {
  await using place = await openFilled();
  for (let done = 0; done < times; done += 1) place.byHand.exec(statement);
  expect(place.log()).toBeNull();
  place.byHand.exec("UPDATE users SET last_name = 'Lee' WHERE id = 'ann'");
  // What is empty has no newest change to begin from.
  place.log();
  place.byHand.exec("UPDATE users SET last_name = 'Li' WHERE id = 'ann'");
  expect(place.log()).toEqual([{ userId: "ann" }]);
});

test("up to as many changes as are written down are told one by one", async () => {
  await using place = await openFilled();
  for (let done = 0; done < 499; done += 1) place.byHand.exec("UPDATE users SET first_name = first_name || 'x'");
  expect(unique(place.log())).toEqual([{ userId: "ann" }, { userId: "bob" }]);
});

test("as long as a trigger is missing nobody knows what changed: a table that was rebuilt lost its own", async () => {
  await using place = await openFilled();
  const { log, byHand } = place;
  const trigger = byHand
    .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'access_users_update'")
    .pluck()
    .get();

  byHand.exec("DROP TRIGGER access_users_update; UPDATE users SET first_name = 'Ann' WHERE id = 'ann'");
  for (let asked = 0; asked < 3; asked += 1) expect(log()).toBeNull();
  byHand.exec(trigger ?? "");
  expect(log()).toBeNull();
  expect(log()).toEqual([]);
});

test("a database in memory and Postgres write nothing down", async () => {
  await using inMemory = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });
  expect(inMemory.followAccess).toBeNull();
  await using postgres = await openTestDatabase(postgresDialect);
  expect(postgres.db.followAccess).toBeNull();
});

test("a closed database is DatabaseUnavailable", async () => {
  await using place = await openFilled();
  await place.db.close();
  expect(place.log).toThrow(DatabaseUnavailable);
});

/** A log that has begun, of a database with two users and two sessions; and a program that changes them by hand. */
async function openFilled() {
  const opened = await openTestDatabase(sqliteDialect);
  const { db, url } = opened;
  await db.insert(db.tables.users).values([newUser("ann"), newUser("bob")]);
  await db.insert(db.tables.sessions).values([newSession("s1", "ann"), newSession("s2", "bob")]);
  const log: AccessLog = db.followAccess?.() ?? (() => []);
  expect(log()).toBeNull();
  const byHand = new Sqlite(url.slice("sqlite:".length));
  return {
    db,
    log,
    byHand,
    async [Symbol.asyncDispose]() {
      byHand.close();
      await opened[Symbol.asyncDispose]();
    },
  };
}

function unique(changes: readonly object[] | null): readonly object[] | null {
  return (
    changes?.filter((change, index) => changes.findIndex((other) => isDeepStrictEqual(other, change)) === index) ?? null
  );
}
