import * as pg from "drizzle-orm/pg-core";
import * as sqlite from "drizzle-orm/sqlite-core";

/**
 * The few words tables are written in. Postgres spells them here; the types the app sees are these. Instants are kept
 * to the millisecond, ids are strings (UUIDv7).
 */
const postgresVocabulary = {
  table: pg.pgTable,
  id: (name: string) => pg.text(name),
  text: (name: string) => pg.text(name),
  flag: (name: string) => pg.boolean(name),
  instant: (name: string) => pg.timestamp(name, { withTimezone: true, mode: "date", precision: 3 }),
  json: (name: string) => pg.jsonb(name),
  count: (name: string) => pg.bigint(name, { mode: "number" }),
  index: pg.index,
  uniqueIndex: pg.uniqueIndex,
  primaryKey: pg.primaryKey,
};

export type Vocabulary = typeof postgresVocabulary;

/** The same words, spelled for SQLite. The cast is the one place where the two builders' types are joined. */
const sqliteVocabulary = {
  table: sqlite.sqliteTable,
  id: (name: string) => sqlite.text(name),
  text: (name: string) => sqlite.text(name),
  flag: (name: string) => sqlite.integer(name, { mode: "boolean" }),
  instant: (name: string) => sqlite.integer(name, { mode: "timestamp_ms" }),
  json: (name: string) => sqlite.text(name, { mode: "json" }),
  count: (name: string) => sqlite.integer(name),
  index: sqlite.index,
  uniqueIndex: sqlite.uniqueIndex,
  primaryKey: sqlite.primaryKey,
} as unknown as Vocabulary;

/** Tables written once, spelled for both dialects. */
export interface TableSet<Tables> {
  readonly postgres: Tables;
  readonly sqlite: Tables;
}

/** Writes tables once for both dialects: `defineTables(({ table, id, text }) => ({ notes: table("notes", { … }) }))`. */
export function defineTables<Tables>(define: (words: Vocabulary) => Tables): TableSet<Tables> {
  return { postgres: define(postgresVocabulary), sqlite: define(sqliteVocabulary) };
}

/**
 * Adds an app's own tables to others they may refer to:
 * `extendTables(coreTables, ({ table, id }, { users }) => ({ notes: table("notes", { owner: id("owner_id").references(() => users.id) }) }))`.
 */
export function extendTables<Base extends object, Own extends object>(
  base: TableSet<Base>,
  define: (words: Vocabulary, base: Base) => Own,
): TableSet<Base & Own> {
  return {
    postgres: { ...base.postgres, ...define(postgresVocabulary, base.postgres) },
    sqlite: { ...base.sqlite, ...define(sqliteVocabulary, base.sqlite) },
  };
}
