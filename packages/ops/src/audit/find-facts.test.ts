import { existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import Sqlite from "better-sqlite3";
import { Client } from "pg";
import { expect, test, vi } from "vitest";

import { findRedis, startOwnRedis } from "@app/services";
import { describeDatabases, postgresDialect, sqliteDialect, type TestDatabase } from "@app/services/databases";
import { createOperator, newId } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { defaultSettings } from "@countersign/contract";
import { coreMigrations, openDatabase } from "@countersign/db";

import { readEnvironment } from "../environment/read-environment.ts";

import type { OpenedDatabase } from "./audit-facts.ts";
import { findAuditFacts } from "./find-facts.ts";

const redis = await findRedis();

test("a database or files among pages are found, through a link too, and those beside them are not", async () => {
  using place = mkdtempDisposableSync(join(tmpdir(), "pages-"));
  const pages = join(place.path, "web", "dist");
  mkdirSync(join(pages, "assets"), { recursive: true });
  writeFileSync(join(pages, "index.html"), "<!doctype html>");
  mkdirSync(join(place.path, "kept"));
  symlinkSync(pages, join(place.path, "link"));
  const amongPages = async (DATABASE_URL: string, UPLOAD_FOLDER: string) =>
    (await findAuditFacts(readEnvironment({ DATABASE_URL, UPLOAD_FOLDER }))).amongPages;
  const beside = join(place.path, "kept");

  expect(await amongPages(`sqlite:${beside}/main.db`, join(beside, "files"))).toEqual([]);
  expect(await amongPages(`sqlite:${beside}/main.db`, join(pages, "assets", "files"))).toEqual(["UPLOAD_FOLDER"]);
  expect(await amongPages(`sqlite:${pages}/main.db`, beside)).toEqual(["DATABASE_URL"]);
  expect(await amongPages(`sqlite:${beside}/main.db`, join(place.path, "link", "files"))).toEqual(["UPLOAD_FOLDER"]);
});

describeDatabases((dialect) => {
  test("of a new database it is found that everything is missing, and it stays so", async () => {
    await using database = await dialect.create();

    const facts = await factsOf(database);

    const isMissing = facts?.state === "missing" && !existsSync(fileOf(database));
    const isEmpty = facts?.state === "open" && facts.migrations.pending.some((name) => name.startsWith("core/"));
    expect([isMissing, isEmpty]).toEqual(dialect.name === "sqlite" ? [true, false] : [false, true]);
    expect(await factsOf(database)).toMatchObject({ state: facts?.state });
  });

  test("of one that servers use it is found how it keeps, that nothing is missing, and who else runs on it", async () => {
    await using database = await dialect.create();
    await using db = await openDatabase(database.url, { migrations: [coreMigrations] });

    const facts = await openedFactsOf(database);
    expect(facts).toMatchObject({ migrations: { pending: [], problem: null }, otherServers: 0, demoUsers: [] });
    expect(facts.durability).toEqual(
      dialect.name === "sqlite"
        ? { journal_mode: "wal", synchronous: "2" }
        : { fsync: "off", full_page_writes: "off", synchronous_commit: "on" },
    );
    // Both clocks are this machine's.
    expect(facts.clockAheadMs === null).toBe(dialect.name === "sqlite");
    expect(Math.abs(facts.clockAheadMs ?? 0)).toBeLessThan(1000);

    const stop = await db.watchExternalChanges(() => {}, { pollMs: 1000 });
    expect(await openedFactsOf(database)).toMatchObject({ otherServers: 1 });
    await stop();
    await vi.waitFor(async () => expect(await openedFactsOf(database)).toMatchObject({ otherServers: 0 }));
  });

  test("a migration that this program does not know, or that was edited, is found", async () => {
    await using database = await dialect.create();
    await using _db = await openDatabase(database.url, { migrations: [coreMigrations] });
    const { createMigration, editMigration } = statementsOf(dialect.name);

    await run(database, createMigration);
    expect((await openedFactsOf(database)).migrations.problem).toMatch(/newer than this program.*core\/9999_later/);
    await run(database, "delete from countersign_migrations where name = '9999_later'");
    await run(database, editMigration);
    expect((await openedFactsOf(database)).migrations.problem).toMatch(/was edited after/);
  });

  test("active accounts that development makes are found by their addresses, others are not", async () => {
    await using database = await dialect.create();
    await using db = await openDatabase(database.url, { migrations: [coreMigrations] });
    const operator = createOperator({
      db,
      bus: createMemoryBus(),
      settings: defaultSettings,
      actor: { id: null, name: "test" },
    });
    const make = async (username: string, email: string, isSuperuser: boolean) => {
      const made = await operator.createUser({
        username,
        email,
        isEmailVerified: true,
        password: "a long enough word",
        isStaff: isSuperuser,
        isSuperuser,
      });
      return made.status === "created" ? made.user.id : "";
    };
    await make("chief", "chief@example.org", true);
    await make("root", "Root@Example.com", true);
    const annId = await make("ann", "ann@example.com", false);
    expect(await openedFactsOf(database)).toMatchObject({
      demoUsers: [
        { username: "ann", isSuperuser: false },
        { username: "root", isSuperuser: true },
      ],
    });

    await operator.setActive(annId, false);
    expect((await openedFactsOf(database)).demoUsers).toEqual([{ username: "root", isSuperuser: true }]);
  });
});

describeDatabases((dialect) => {
  test("sessions that run are counted by the provider they came from", async () => {
    await using database = await dialect.create();
    await using db = await openDatabase(database.url, { migrations: [coreMigrations] });
    expect((await openedFactsOf(database)).providerSessions).toEqual([]);
    const { identities, providerSessions, sessions, users } = db.tables;
    const [now, later, over] = [new Date(), new Date(Date.now() + 60_000), new Date(Date.now() - 60_000)];
    const userId = newId();
    await db.insert(users).values({ id: userId, username: "ann", usernameKey: "ann", createdAt: now });
    const ends = { works: [later, later], gone: [later], other: [over], none: [later] };
    for (const [provider, instants] of Object.entries(ends)) {
      const identity = { id: newId(), userId, issuer: provider, subject: "ann", provider, createdAt: now };
      await db.insert(identities).values(identity);
      for (const expiresAt of instants) {
        const id = newId();
        const dates = { createdAt: now, lastUsedAt: now, authenticatedAt: now, expiresAt, absoluteExpiresAt: later };
        await db.insert(sessions).values({ id, userId, tokenHash: id, remember: false, ...dates });
        if (provider !== "none")
          await db.insert(providerSessions).values({ sessionId: id, identityId: identity.id, provider });
      }
    }

    expect((await openedFactsOf(database)).providerSessions).toEqual([
      { provider: "gone", count: 1 },
      { provider: "works", count: 2 },
    ]);
  });
});

test("what holds for the server's own connections is found, though the database has another default", async () => {
  await using database = await postgresDialect.create();
  const url = `${database.url}?options=-c%20synchronous_commit%3Doff`;
  expect((await openedFactsOf({ url })).durability).toMatchObject({ synchronous_commit: "off" });
});

test("a database that cannot be reached, or is none, is told without its password", async () => {
  const away = await factsOf({ url: "postgres://app:hidden@127.0.0.1:1/app" });
  expect(away).toMatchObject({ state: "unreachable", reason: expect.not.stringContaining("hidden") as string });

  await using database = await sqliteDialect.create();
  writeFileSync(fileOf(database), "This is a letter, and no database. ".repeat(100));
  expect(await factsOf(database)).toMatchObject({ state: "unreachable" });
  expect(readFileSync(fileOf(database), "utf8")).toMatch(/^This is a letter/);
});

test("a database in memory is the server's alone: nobody else looks at it", async () => {
  expect(await factsOf({ url: "sqlite::memory:" })).toBeNull();
});

test.skipIf(redis === null)("Redis is asked whether it answers", async () => {
  await using server = await startOwnRedis(redis ?? "");
  const busOf = async () => (await findAuditFacts(readEnvironment({ ...inMemory, REDIS_URL: server.url }))).bus;

  expect(await busOf()).toEqual({ isReachable: true });
  server.freeze();
  expect(await busOf()).toEqual({ isReachable: false });
  server.thaw();
  await server.kill();
  expect(await busOf()).toEqual({ isReachable: false });
  expect((await findAuditFacts(readEnvironment(inMemory))).bus).toBeNull();
});

const inMemory = { DATABASE_URL: "sqlite::memory:" };

async function factsOf({ url }: Pick<TestDatabase, "url">) {
  return (await findAuditFacts(readEnvironment({ DATABASE_URL: url }))).database;
}

async function openedFactsOf(database: Pick<TestDatabase, "url">): Promise<OpenedDatabase> {
  const facts = await factsOf(database);
  if (facts?.state === "open") return facts;
  throw new Error(`The database is not open: ${JSON.stringify(facts)}`);
}

/** Past the library, as a person with a shell does. */
async function run(database: Pick<TestDatabase, "url">, statement: string): Promise<void> {
  if (database.url.startsWith("sqlite:")) {
    const sqlite = new Sqlite(fileOf(database));
    sqlite.exec(statement);
    sqlite.close();
    return;
  }
  const client = new Client(database.url);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function fileOf({ url }: Pick<TestDatabase, "url">): string {
  return url.slice("sqlite:".length);
}

function statementsOf(dialect: "postgres" | "sqlite") {
  const at = dialect === "sqlite" ? "0" : "now()";
  return {
    createMigration: `insert into countersign_migrations (set_name, name, checksum, applied_at) values ('core', '9999_later', 'x', ${at})`,
    editMigration: "update countersign_migrations set checksum = 'x' where set_name = 'core'",
  };
}
