import type Sqlite from "better-sqlite3";

import { type AppliedMigration, failedMigration, type MigrationStore } from "../migrate.ts";
import type { Migration } from "../migration-set.ts";

import { translateSqliteError } from "./sqlite-error.ts";
import { waitForLock } from "./wait-for-lock.ts";

/** Keeps which migrations were applied in the SQLite database itself. */
export function createSqliteMigrationStore(
  writer: Sqlite.Database,
  options: { readonly lockTimeoutMs: number },
): MigrationStore {
  const waits = <Result>(attempt: () => Result) => waitForLock(attempt, performance.now() + options.lockTimeoutMs);

  function readApplied(): AppliedMigration[] {
    const table = writer.prepare(
      "select 1 from sqlite_schema where type = 'table' and name = 'countersign_migrations'",
    );
    if (!table.get()) return [];
    return writer
      .prepare<[], AppliedMigration>("select set_name as setName, name, checksum from countersign_migrations")
      .all();
  }

  return {
    readApplied: () => waits(readApplied),

    async applyNext(choose, appliedAt) {
      // Rebuilding a table drops the old one, which would delete what refers to it. The pragma does nothing within a
      // transaction, so it comes first, and the references are checked before the commit.
      writer.pragma("foreign_keys = OFF");
      try {
        await waits(() => writer.exec("begin immediate"));
        const migration = choose(readApplied());
        if (migration) {
          writer.exec(createTable);
          apply(writer, migration);
          writer
            .prepare("insert into countersign_migrations (set_name, name, checksum, applied_at) values (?, ?, ?, ?)")
            .run(migration.setName, migration.name, migration.checksum, appliedAt.getTime());
        }
        await waits(() => writer.exec("commit"));
        return migration;
      } finally {
        if (writer.inTransaction) writer.exec("rollback");
        writer.pragma("foreign_keys = ON");
      }
    },
  };
}

const createTable = `
  create table if not exists countersign_migrations (
    set_name text not null,
    name text not null,
    checksum text not null,
    applied_at integer not null,
    primary key (set_name, name)
  )`;

function apply(writer: Sqlite.Database, migration: Migration): void {
  try {
    writer.exec(migration.sql);
    requireWholeReferences(writer);
  } catch (error) {
    throw failedMigration(migration, translateSqliteError(error, { mayHaveWritten: false }));
  }
}

function requireWholeReferences(writer: Sqlite.Database): void {
  // The pragma answers with a row for each broken reference.
  const [broken] = writer.pragma("foreign_key_check") as { table: string; parent: string }[];
  if (broken) throw new Error(`rows of ${broken.table} would refer to missing rows of ${broken.parent}`);
}
