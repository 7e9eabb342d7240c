import { cp, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { migrations as appMigrations } from "@app/api";
import { coreMigrations, migrateDatabase } from "@countersign/db";

import { migrationsIn } from "../server/release.ts";
import { migrations } from "../server/tables.ts";

/** A release of the workload's server: what its process is started with. */
export type ReleaseVariables = Readonly<Record<"MIGRATE" | "MIGRATIONS_FOLDER" | "REMARK_COLUMN", string>>;

/**
 * Writes the migrations of a release into a folder that is not there yet: those of the workload, and after them these, by
 * their names, the same for both databases.
 *
 * @param remarkColumn what it writes into each order besides; null for nothing
 */
export async function writeRelease(
  folder: string,
  later: Readonly<Record<string, string>>,
  remarkColumn: string | null,
): Promise<ReleaseVariables> {
  for (const dialect of ["postgres", "sqlite"] as const) {
    const own = join(folder, dialect);
    await mkdir(own, { recursive: true });
    await cp(fileURLToPath(migrations.folders[dialect]), own, { recursive: true });
    for (const [name, sql] of Object.entries(later)) await writeFile(join(own, `${name}.sql`), sql);
  }
  return { MIGRATE: "check", MIGRATIONS_FOLDER: folder, REMARK_COLUMN: remarkColumn ?? "" };
}

/** As `countersign db migrate` of that release does it, before its servers are started. */
export function migrateToRelease(databaseUrl: string, release: ReleaseVariables): Promise<readonly string[]> {
  const own = migrationsIn(release.MIGRATIONS_FOLDER);
  return migrateDatabase(databaseUrl, { migrations: [coreMigrations, appMigrations, own] });
}
