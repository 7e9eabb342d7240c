import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { postgresDialect, sqliteDialect } from "@app/services/databases";

import { backupDatabase, coreMigrations, type Database, openDatabase } from "./index.ts";
import { newSession, newUser } from "./test/open-test-database.ts";

test("REL-58: a backup taken while a server writes is the state of one moment, with all that was acknowledged before, and ends all sessions", async () => {
  await using place = await sqliteDialect.create();
  await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
  await using writer = await startWriter(place.url);
  await writer.until(100);

  const before = writer.acknowledged();
  const report = await backupDatabase(place.url, beside(place.url, "backup.db"));

  await using restored = await openDatabase(`sqlite:${beside(place.url, "backup.db")}`, {
    migrations: [coreMigrations],
  });
  const { users, userPermissions, sessions, sessionData, accountTokens } = restored.tables;
  const numbers = (await restored.select({ id: users.id }).from(users))
    .map(({ id }) => Number(id))
    .toSorted((a, b) => a - b);
  // One moment: the first so many, none missing in between, each with all that its transaction wrote.
  expect(numbers).toEqual(numbers.map((_, index) => index));
  expect(await restored.$count(userPermissions)).toBe(numbers.length * 5);
  // What had been acknowledged before it began is in it; what came later need not be.
  expect(numbers.length).toBeGreaterThanOrEqual(before);
  expect(await writer.until(numbers.length + 1)).toBeGreaterThan(numbers.length);
  expect(report).toMatchObject({
    users: numbers.length,
    leftOut: ["session_data", "provider_sessions", "sessions", "account_tokens", "oidc_transactions"],
  });
  for (const table of [sessions, sessionData, accountTokens]) expect(await restored.$count(table)).toBe(0);
  // It goes on from there like any database.
  await restored.insert(users).values(newUser("later"));
  await expect(restored.insert(sessions).values(newSession("s", "nobody"))).rejects.toThrow(/foreign key/i);
});

test("the same writes are missing from a copy of the live file", async () => {
  await using place = await sqliteDialect.create();
  await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
  await using writer = await startWriter(place.url);
  await writer.until(100);

  const before = writer.acknowledged();
  copyFileSync(fileOf(place.url), beside(place.url, "copy.db"));

  const found = await countUsers(`sqlite:${beside(place.url, "copy.db")}`).catch(() => -1);
  expect(found).toBeLessThan(before);
});

test("a backup is readable by its owner only, holds no trace of a session, and is never written over", async () => {
  await using place = await sqliteDialect.create();
  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  await seed(db);
  const file = beside(place.url, "backup.db");

  await backupDatabase(place.url, file);

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes("hash-of-one")).toBe(false);
  expect(readFileSync(file).includes("ann")).toBe(true);
  expect(existsSync(`${file}.partial`)).toBe(false);
  // The source keeps what it had.
  expect(await db.$count(db.tables.sessions)).toBe(1);
  await expect(backupDatabase(place.url, file)).rejects.toThrow("There is a file at");
});

test("a database that is not whole makes no backup", async () => {
  await using place = await sqliteDialect.create();
  await using db = await openDatabase(place.url, { migrations: [coreMigrations] });
  await seed(db);
  await db.close();
  const bytes = readFileSync(fileOf(place.url));
  bytes.fill(0xff, 4096 * 3, 4096 * 12);
  writeFileSync(fileOf(place.url), bytes);

  await expect(backupDatabase(place.url, beside(place.url, "backup.db"))).rejects.toThrow(
    /malformed|not whole|not a database/,
  );

  expect([beside(place.url, "backup.db"), beside(place.url, "backup.db.partial")].filter(existsSync)).toEqual([]);
});

test("on Postgres it says how to", async () => {
  await using place = await postgresDialect.create();

  await expect(backupDatabase(place.url, "backup.db")).rejects.toThrow(
    "Postgres has its own: pg_dump --format=custom --exclude-table-data=sessions",
  );
});

async function seed(db: Database): Promise<void> {
  await db.insert(db.tables.users).values(newUser("ann"));
  await db.insert(db.tables.sessions).values(newSession("one", "ann"));
}

async function countUsers(url: string): Promise<number> {
  await using db = await openDatabase(url, { migrations: [] });
  return await db.$count(db.tables.users);
}

function fileOf(url: string): string {
  return url.slice("sqlite:".length);
}

function beside(url: string, name: string): string {
  return join(fileOf(url), "..", name);
}

/** Another process that writes a user, permissions and a session per transaction, and says how many are committed. */
async function startWriter(url: string) {
  const script = `
    import { writeSync } from "node:fs";
    import { openDatabase } from ${JSON.stringify(new URL("index.ts", import.meta.url).href)};
    import { newSession, newUser } from ${JSON.stringify(new URL("test/open-test-database.ts", import.meta.url).href)};
    const db = await openDatabase(process.argv[1], { migrations: [] });
    const { users, userPermissions, sessions, sessionData } = db.tables;
    for (let number = 0; ; number += 1) {
      const id = String(number);
      await db.transaction(async (tx) => {
        await tx.insert(users).values(newUser(id));
        for (let each = 0; each < 5; each += 1) await tx.insert(userPermissions).values({ userId: id, permission: "p." + each });
        await tx.insert(sessions).values(newSession("of-" + id, id));
        await tx.insert(sessionData).values({ sessionId: "of-" + id, key: "theme", value: "dark", updatedAt: new Date() });
      });
      writeSync(1, ".");
    }
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let acknowledged = 0;
  child.stdout.on("data", (dots: Buffer) => (acknowledged += dots.length));
  return {
    acknowledged: () => acknowledged,
    async until(count: number): Promise<number> {
      while (acknowledged < count) await once(child.stdout, "data", { signal: AbortSignal.timeout(20_000) });
      return acknowledged;
    },
    async [Symbol.asyncDispose]() {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    },
  };
}
