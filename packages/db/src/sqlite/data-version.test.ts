import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { postgresDialect, sqliteDialect } from "@app/services/databases";

import { coreMigrations, DatabaseUnavailable, openDatabase } from "../index.ts";
import { newUser, openTestDatabase } from "../test/open-test-database.ts";

import type { Access } from "./access.ts";
import { createDataVersion } from "./data-version.ts";

test("the version stays as long as nobody commits, and reading does not move it", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  const { db } = opened;
  await db.insert(db.tables.users).values(newUser("ann"));
  const version = db.dataVersion?.();

  await db.select().from(db.tables.users);
  await db.transaction((tx) => tx.select().from(tx.tables.users));
  const undone = db.transaction(async (tx) => {
    await tx.insert(tx.tables.users).values(newUser("bob"));
    throw new Error("no");
  });
  await expect(undone).rejects.toThrow("no");

  expect(version).toEqual(expect.any(Number));
  expect(db.dataVersion?.()).toBe(version);
});

test("the version moves with each commit, whoever makes it, before anything else is read", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  const { db } = opened;
  const seen = [db.dataVersion?.()];

  await db.insert(db.tables.users).values(newUser("ann"));
  seen.push(db.dataVersion?.());
  await db.transaction(async (tx) => {
    await tx.insert(tx.tables.users).values(newUser("bob"));
    // Not committed yet.
    expect(db.dataVersion?.()).toBe(seen.at(-1));
  });
  seen.push(db.dataVersion?.());
  using other = openOther(opened.url);
  other.sqlite.exec("DELETE FROM users WHERE id = 'ann'");
  seen.push(db.dataVersion?.());
  other.sqlite.exec("UPDATE users SET locale = 'de' WHERE id = 'bob'");
  // A read of the new state does not hide that it is new.
  await db.select().from(db.tables.users);
  seen.push(db.dataVersion?.());

  expect(new Set(seen).size).toBe(5);
});

test("a database in memory and Postgres cannot tell", async () => {
  await using inMemory = await openDatabase("sqlite::memory:", { migrations: [coreMigrations] });
  expect(inMemory.dataVersion).toBeNull();
  await using postgres = await openTestDatabase(postgresDialect);
  expect(postgres.db.dataVersion).toBeNull();
});

test("while another process holds the file nobody can tell; any other failure is told as it is", () => {
  expect(failWith("SQLITE_BUSY_RECOVERY")()).toBe(null);
  expect(failWith("SQLITE_IOERR_READ")).toThrow(DatabaseUnavailable);
  expect(failWith("SQLITE_CORRUPT")).toThrow("injected");
});

test("a closed database is DatabaseUnavailable", async () => {
  await using opened = await openTestDatabase(sqliteDialect);
  await opened.db.close();
  expect(() => opened.db.dataVersion?.()).toThrow(DatabaseUnavailable);
});

function openOther(url: string) {
  const sqlite = new Sqlite(url.slice("sqlite:".length));
  return { sqlite, [Symbol.dispose]: () => sqlite.close() };
}

/** As when the log is being recovered by another process: a state that lasts too short to be met. */
function failWith(code: string) {
  const get = () => {
    throw new Sqlite.SqliteError("injected", code);
  };
  const reader = { sqlite: { prepare: () => ({ pluck: () => ({ get }) }) } };
  // The cast: nothing else of it is used.
  const read = createDataVersion({ reader, writer: null } as unknown as Access);
  return () => read?.();
}
