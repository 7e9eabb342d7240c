import { existsSync } from "node:fs";

import { and, count, eq, gt, sql } from "drizzle-orm";

import {
  type Database,
  DatabaseUnavailable,
  type MigrationSet,
  openDatabase,
  parseDatabaseUrl,
  readMigrationStatus,
} from "@countersign/db";

import type { DatabaseFacts, OpenedDatabase } from "./audit-facts.ts";

/** Looks at a database as a server's connections see it, and leaves it as it is. */
export async function inspectDatabase(url: string, sets: readonly MigrationSet[]): Promise<DatabaseFacts> {
  const location = parseDatabaseUrl(url);
  if (location.dialect === "sqlite" && (location.file === null || !existsSync(location.file))) {
    return { state: "missing" };
  }
  try {
    const migrations = await readMigrationStatus(url, { migrations: sets });
    await using db = await openDatabase(url, { migrations: [], mustBeReady: true, poolSize: 2, onError: () => {} });
    return await inspect(db, migrations);
  } catch (error) {
    // As `openDatabase` words it, without the URL.
    return { state: "unreachable", reason: error instanceof Error ? error.message : String(error) };
  }
}

async function inspect(db: Database, migrations: OpenedDatabase["migrations"]): Promise<OpenedDatabase> {
  const hasUsers = !migrations.pending.some((name) => name.startsWith("core/"));
  return {
    state: "open",
    durability: await readDurability(db),
    migrations,
    otherServers: await db.countOtherServers(),
    demoUsers: hasUsers ? await findDemoUsers(db) : [],
    providerSessions: hasUsers ? await countProviderSessions(db) : [],
    clockAheadMs: db.dialect === "postgres" ? await readClockAhead(db) : null,
  };
}

async function readDurability(db: Database): Promise<Record<string, string>> {
  if (db.dialect === "sqlite") return readPragmas(db);
  const settings = db.prepare<{ name: string; setting: string }>("audit durability", {
    sqlite: "",
    postgres: `select name, setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')`,
  });
  return Object.fromEntries((await settings.all([])).map(({ name, setting }) => [name, setting]));
}

/** By the connection that writes: what a pragma says holds for one connection. */
async function readPragmas(db: Database): Promise<Record<string, string>> {
  try {
    return await db.transaction(async (tx) => {
      const [mode] = await tx.select({ value: sql<string>`journal_mode` }).from(sql`pragma_journal_mode`);
      const [synchronous] = await tx.select({ value: sql<number>`synchronous` }).from(sql`pragma_synchronous`);
      return { journal_mode: String(mode?.value), synchronous: String(synchronous?.value) };
    });
  } catch (error) {
    // Somebody else writes for long. Reading goes on beside that, and so may a start.
    if (error instanceof DatabaseUnavailable) return {};
    throw error;
  }
}

/** Those that `pnpm dev` makes on an empty database. */
const demoAddresses = ["ann", "bob", "root"].map((name) => `'${name}@example.com'`).join(", ");

async function findDemoUsers(db: Database): Promise<OpenedDatabase["demoUsers"]> {
  const isActive = db.dialect === "sqlite" ? "is_active = 1" : "is_active";
  const text = `select username, is_superuser from users where email_key in (${demoAddresses}) and ${isActive} order by username`;
  const users = db.prepare<{ username: string; is_superuser: number }>("audit demo users", {
    sqlite: text,
    postgres: text,
  });
  return (await users.all([])).map(({ username, is_superuser }) => ({ username, isSuperuser: is_superuser === 1 }));
}

/** Those that run: a session past its limits ends nobody's access any more. */
async function countProviderSessions(db: Database): Promise<OpenedDatabase["providerSessions"]> {
  const { providerSessions, sessions } = db.tables;
  const now = new Date();
  return db
    .select({ provider: providerSessions.provider, count: count() })
    .from(providerSessions)
    .innerJoin(sessions, eq(sessions.id, providerSessions.sessionId))
    .where(and(gt(sessions.expiresAt, now), gt(sessions.absoluteExpiresAt, now)))
    .groupBy(providerSessions.provider)
    .orderBy(providerSessions.provider);
}

async function readClockAhead(db: Database): Promise<number> {
  const clock = db.prepare<{ now: number }>("audit clock", {
    sqlite: "",
    postgres: "select (extract(epoch from clock_timestamp()) * 1000)::float8 as now",
  });
  // The first one may wait for a connection.
  await clock.all([]);
  const before = Date.now();
  const [row] = await clock.all([]);
  return Math.round((row?.now ?? Number.NaN) - (before + Date.now()) / 2);
}
