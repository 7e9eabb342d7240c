import { DatabaseSync } from "node:sqlite";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { sqliteDialect } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";

import { systemClock } from "../clock.ts";

import { createLuciaEngine } from "./lucia-engine.ts";

/** More with `PROPERTY_RUNS=500`. */
const runs = Number(process.env["PROPERTY_RUNS"] ?? 15);

const [far, past] = [4_000_000_000_000, 1000];
const users = ["ann", "bob", "cid"];
const tokens = ["t1", "t2", "t3", "t4", "t5", "t6"];
const user = fc.constantFrom(...users);
const token = fc.constantFrom(...tokens);
const flag = fc.constantFrom(0, 1);
const end = fc.constantFrom(far, far + 1, past);
const column = fc.constantFrom("expires_at", "absolute_expires_at", "last_used_at", "authenticated_at", "version");
const group = fc.constantFrom("g1", "g2");
const permission = fc.constantFrom("notes.view", "notes.edit");

/** What people do to a database by hand, with foreign keys or without. Some of it fails, as it does for them. */
const statement = fc.oneof(
  fc.tuple(user, flag).map(([id, on]) => `UPDATE users SET is_active = ${on} WHERE id = '${id}'`),
  fc
    .tuple(user, flag)
    .map(([id, on]) => `UPDATE users SET is_staff = ${on}, first_name = first_name || 'x' WHERE id = '${id}'`),
  user.map((id) => `UPDATE users SET last_login_at = 1 WHERE id = '${id}'`),
  user.map((id) => `DELETE FROM users WHERE id = '${id}'`),
  fc
    .tuple(user, user)
    .map(
      ([id, key]) =>
        `INSERT OR REPLACE INTO users (id, username, username_key, created_at) VALUES ('${id}', 'new', '${key}', 1)`,
    ),
  fc.tuple(user, user).map(([id, key]) => `UPDATE OR REPLACE users SET username_key = '${key}' WHERE id = '${id}'`),
  fc
    .tuple(token, column, end)
    .map(([hash, name, at]) => `UPDATE sessions SET ${name} = ${at} WHERE token_hash = '${hash}'`),
  fc
    .tuple(token, token)
    .map(([hash, other]) => `UPDATE OR REPLACE sessions SET token_hash = '${other}' WHERE token_hash = '${hash}'`),
  fc.tuple(token, user).map(([hash, id]) => `UPDATE sessions SET user_id = '${id}' WHERE token_hash = '${hash}'`),
  token.map((hash) => `DELETE FROM sessions WHERE token_hash = '${hash}'`),
  fc
    .tuple(token, token, user)
    .map(
      ([id, hash, owner]) =>
        `INSERT OR REPLACE INTO sessions (${sessionColumns}) VALUES (${sessionValues(id, hash, owner)})`,
    ),
  fc.tuple(user, permission).map(([id, name]) => `INSERT OR REPLACE INTO user_permissions VALUES ('${id}', '${name}')`),
  fc
    .tuple(user, permission)
    .map(([id, name]) => `UPDATE OR REPLACE user_permissions SET permission = '${name}' WHERE user_id = '${id}'`),
  fc.constant("DELETE FROM user_permissions"),
  fc.tuple(group, group).map(([id, name]) => `INSERT OR REPLACE INTO groups VALUES ('${id}', '${name}', 1)`),
  fc.tuple(group, group).map(([id, name]) => `UPDATE OR REPLACE groups SET name = '${name}' WHERE id = '${id}'`),
  group.map((id) => `DELETE FROM groups WHERE id = '${id}'`),
  fc.tuple(group, user).map(([id, member]) => `INSERT OR REPLACE INTO group_members VALUES ('${id}', '${member}')`),
  fc
    .tuple(group, group)
    .map(([id, other]) => `UPDATE OR REPLACE group_members SET group_id = '${other}' WHERE group_id = '${id}'`),
  fc
    .tuple(group, permission)
    .map(([id, name]) => `INSERT OR REPLACE INTO group_permissions VALUES ('${id}', '${name}')`),
  fc.constant("DELETE FROM group_permissions"),
  fc.constant("INSERT OR REPLACE INTO rate_limits VALUES ('a', 1, 1)"),
  fc.constant("DELETE FROM access_changes"),
  fc.constant("INSERT INTO access_changes DEFAULT VALUES"),
  fc.constant("PRAGMA foreign_keys = OFF"),
  fc.constant("PRAGMA foreign_keys = ON"),
  {
    weight: 1,
    arbitrary: fc.constantFrom("access_users_update", "access_sessions_delete").map((name) => `DROP TRIGGER ${name}`),
  },
);

const sessionColumns =
  "id, token_hash, user_id, created_at, last_used_at, authenticated_at, expires_at, absolute_expires_at";

function sessionValues(id: string, hash: string, owner: string): string {
  return `'${id}', '${hash}', '${owner}', 1, 1, 1, ${far}, ${far}`;
}

test("whatever another program does to the database, each validation is answered as by an engine that has kept nothing", async () => {
  const details = await checkProperty((db) => db);
  expect(fc.defaultReportMessage(details) ?? null).toBeNull();
});

test("an engine whose log keeps silent would be found out", async () => {
  const details = await checkProperty((db) => ({ ...db, followAccess: () => () => [] }));
  expect(details.failed).toBe(true);
});

/** `through`: what the engine that keeps is given instead of the database itself. */
async function checkProperty(through: (db: Database) => Database) {
  return fc.check(
    fc.asyncProperty(fc.array(statement, { minLength: 5, maxLength: 30 }), async (statements) => {
      await using world = await openWorld(through);
      for (const each of statements) {
        world.run(each);
        await world.compare(each);
      }
    }),
    { numRuns: runs, endOnFailure: true },
  );
}

/** A database with users, sessions and groups; an engine that keeps, and somebody who changes things past it. */
async function openWorld(through: (db: Database) => Database) {
  const place = await sqliteDialect.create();
  const db = await openDatabase(place.url, { migrations: [coreMigrations] });
  const byHand = new DatabaseSync(place.url.slice("sqlite:".length));
  byHand.exec(filling);
  const createEngine = (used: Database) =>
    createLuciaEngine({
      db: used,
      bus: createMemoryBus(),
      clock: systemClock,
      settings: defaultSettings,
      onError: (error) => {
        throw error;
      },
    });
  const keeping = createEngine(through(db));
  const validateAll = (engine: typeof keeping) => Promise.all(tokens.map((hash) => engine.validate(hash)));
  await validateAll(keeping);

  return {
    run(text: string) {
      try {
        byHand.exec(text);
      } catch {
        // A constraint forbids it, or the trigger is gone already: then nothing was changed.
      }
    },
    async compare(after: string) {
      expect([after, await validateAll(keeping)]).toEqual([after, await validateAll(createEngine(db))]);
    },
    async [Symbol.asyncDispose]() {
      byHand.close();
      await db.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

const filling = [
  ...users.map(
    (id) => `INSERT INTO users (id, username, username_key, created_at) VALUES ('${id}', '${id}', '${id}', 1);`,
  ),
  // Each user has two.
  ...tokens.map(
    (hash, index) =>
      `INSERT INTO sessions (${sessionColumns}) VALUES (${sessionValues(hash, hash, users[index % users.length] ?? "")});`,
  ),
  "INSERT INTO groups VALUES ('g1', 'g1', 1), ('g2', 'g2', 1);",
  "INSERT INTO group_members VALUES ('g1', 'ann'), ('g1', 'bob'), ('g2', 'ann');",
  "INSERT INTO group_permissions VALUES ('g1', 'notes.view'), ('g2', 'notes.edit');",
].join("\n");
