import Sqlite from "better-sqlite3";
import { drizzle as drizzleSqlite } from "drizzle-orm/better-sqlite3";
import { drizzle as drizzlePostgres } from "drizzle-orm/node-postgres";
import { Pool } from "pg";

import type { LuciaStore } from "./lucia-adapter.ts";
import { postgresTables, sqliteTables } from "./lucia-tables.ts";

/** Opens the Lucia side's database as its guides do: a SQLite file, or Postgres through a pool as it comes. */
export function openLuciaStore(place: string): LuciaStore {
  if (isPostgres(place)) {
    return { db: drizzlePostgres(new Pool({ connectionString: place })), tables: postgresTables };
  }
  const sqlite = new Sqlite(place);
  sqlite.pragma("journal_mode = WAL");
  // The cast: the builders of both dialects are called alike, and their columns have the same types for us.
  return { db: drizzleSqlite(sqlite), tables: sqliteTables } as unknown as LuciaStore;
}

/** Else it is the name of a SQLite file. */
export function isPostgres(place: string): boolean {
  return /^postgres(?:ql)?:/.test(place);
}
