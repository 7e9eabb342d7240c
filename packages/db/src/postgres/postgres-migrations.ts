import type { ClientConfig } from "pg";

import { failedMigration } from "../migrate.ts";
import type { AppliedMigration, MigrationStore } from "../migrate.ts";
import type { Migration } from "../migration-set.ts";

import { connectClient } from "./connect-client.ts";
import { translatePostgresError } from "./postgres-error.ts";

export interface PostgresMigrationStore extends MigrationStore, AsyncDisposable {}

/** Keeps which migrations were applied in the database itself. Works on a connection of its own, without a statement timeout. */
export async function openPostgresMigrationStore(
  settings: ClientConfig,
  options: { readonly lockTimeoutMs: number },
): Promise<PostgresMigrationStore> {
  const client = await connectClient({ ...settings, statement_timeout: 0, lock_timeout: options.lockTimeoutMs });

  async function query<Row>(text: string, values: unknown[] = []): Promise<Row[]> {
    try {
      const { rows } = await client.query({ text, values });
      return rows as Row[]; // The caller names the columns in the text and in the type.
    } catch (error) {
      throw translatePostgresError(error, { mayHaveWritten: false });
    }
  }

  async function readApplied(): Promise<AppliedMigration[]> {
    // Not `to_regclass`: within a transaction it may remember that the table was missing, though it was made meanwhile.
    const [table] = await query(
      "select from pg_tables where tablename = 'countersign_migrations' and schemaname = any (current_schemas(false))",
    );
    if (!table) return [];
    return query<AppliedMigration>('select set_name as "setName", name, checksum from countersign_migrations');
  }

  async function apply(choose: Parameters<MigrationStore["applyNext"]>[0], appliedAt: Date): Promise<Migration | null> {
    // Held to the end of the transaction: one migrating process at a time, also where the table is not there yet.
    await query("select pg_advisory_xact_lock(hashtext('countersign_migrations'))");
    const migration = choose(await readApplied());
    if (!migration) return null;

    await query(createTable);
    try {
      // Without values it may be several statements.
      await client.query(migration.sql);
    } catch (error) {
      throw failedMigration(migration, translatePostgresError(error, { mayHaveWritten: false }));
    }
    await query("insert into countersign_migrations (set_name, name, checksum, applied_at) values ($1, $2, $3, $4)", [
      migration.setName,
      migration.name,
      migration.checksum,
      appliedAt,
    ]);
    return migration;
  }

  return {
    readApplied,
    async applyNext(choose, appliedAt) {
      await query("begin");
      try {
        const migration = await apply(choose, appliedAt);
        await query("commit");
        return migration;
      } catch (error) {
        // A connection that cannot roll back was lost, and the server rolls back then.
        await query("rollback").catch(() => {});
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

const createTable = `
  create table if not exists countersign_migrations (
    set_name text not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz(3) not null,
    primary key (set_name, name)
  )`;
