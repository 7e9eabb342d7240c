import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import type { MigrationSet, TableSet } from "@countersign/db";

import { Failure } from "./failure.ts";

/** What an app keeps beside the library's own: its tables (with the library's, as `extendTables` makes them) and its migrations. */
export interface AppDatabase {
  readonly tables: TableSet<object>;
  readonly migrations: MigrationSet;
}

/**
 * Reads an app's tables and migrations from its sources: `src/tables.ts` and `src/migrations.ts` of the folder its routers
 * are in, by default `packages/api`.
 *
 * @throws Failure when they are not there
 */
export async function loadAppDatabase(apiFolder: string | null): Promise<AppDatabase> {
  const folder = resolve(apiFolder ?? "packages/api");
  const { tables } = await load<Pick<AppDatabase, "tables">>(folder, "tables");
  const { migrations } = await load<Pick<AppDatabase, "migrations">>(folder, "migrations");
  if (tables && migrations) return { tables, migrations };
  throw new Failure("notFound", `${folder}/src exports no tables, or no migrations: export const tables = …`);
}

async function load<Exports>(folder: string, name: string): Promise<Partial<Exports>> {
  const file = join(folder, `src/${name}.ts`);
  if (existsSync(file)) return (await import(pathToFileURL(file).href)) as Partial<Exports>; // The caller looks what it has.
  throw new Failure(
    "notFound",
    `There is no ${file}: the app's tables are part of the database. Run this in the app's folder, or write --api <folder>.`,
  );
}
