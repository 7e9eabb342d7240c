import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { getTableColumns, getTableName } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";

import { Failure } from "../failure.ts";
import { suggest } from "../suggest.ts";

/** What a table of an app says of itself. */
export interface TableFacts {
  /** Its name in the code, as in `projectMembers`. */
  readonly name: string;
  /** In the database, as in `project_members`. */
  readonly sqlName: string;
  readonly columns: readonly ColumnFacts[];
}

export interface ColumnFacts {
  /** Its name in the code. */
  readonly name: string;
  readonly kind: "text" | "flag" | "instant" | "number" | "json";
  readonly isNullable: boolean;
  /** May a new row be made without it? */
  readonly isOptional: boolean;
  /** The table it refers to, by its name in the code; null when it refers to none. */
  readonly refersTo: string | null;
}

/**
 * Reads a table from the app's `src/tables.ts`, which exports `tables`, as `defineTables` and `extendTables` make them.
 *
 * @throws Failure when the file or the table is not there
 */
export async function readTable(apiFolder: string, name: string): Promise<TableFacts> {
  const file = join(apiFolder, "src/tables.ts");
  if (!existsSync(file)) {
    throw new Failure("notFound", `There is no ${file}. Run this in the app's folder, or write --api <folder>.`);
  }
  const tables = await loadTables(file);
  const table = tables.get(name);
  if (!table) {
    const meant = suggest(name, [...tables.keys()]);
    const cure = meant ? `Did you mean "${meant}"?` : `There are: ${[...tables.keys()].join(", ")}.`;
    throw new Failure("notFound", `There is no table "${name}" in ${file}. ${cure}`);
  }
  const references = referencesOf(table, tables);
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({
    name: key,
    kind: kindOf(column),
    isNullable: !column.notNull,
    isOptional: !column.notNull || column.hasDefault,
    refersTo: references.get(column.name) ?? null,
  }));
  return { name, sqlName: getTableName(table), columns };
}

async function loadTables(file: string): Promise<ReadonlyMap<string, PgTable>> {
  const module = (await import(pathToFileURL(file).href)) as { readonly tables?: { readonly postgres?: object } };
  const all = Object.entries(module.tables?.postgres ?? {}).filter((entry) => entry[1] instanceof PgTable);
  if (all.length === 0) {
    throw new Failure("notFound", `${file} exports no tables. Export what extendTables makes: export const tables = …`);
  }
  return new Map(all as [string, PgTable][]);
}

function referencesOf(table: PgTable, tables: ReadonlyMap<string, PgTable>): ReadonlyMap<string, string> {
  const names = new Map([...tables].map(([name, each]) => [each, name]));
  return new Map(
    getTableConfig(table).foreignKeys.flatMap((key) => {
      const { columns, foreignTable } = key.reference();
      const name = names.get(foreignTable) ?? "another table";
      return columns.map((column): [string, string] => [column.name, name]);
    }),
  );
}

function kindOf(column: PgColumn): ColumnFacts["kind"] {
  switch (column.dataType) {
    case "boolean":
      return "flag";
    case "date":
      return "instant";
    case "number":
      return "number";
    case "json":
      return "json";
    default:
      return "text";
  }
}
