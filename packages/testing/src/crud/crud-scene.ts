import { getTableColumns, getTableName } from "drizzle-orm";
import { getTableConfig, type PgColumn, type PgTable } from "drizzle-orm/pg-core";

import type { CoreTables } from "@countersign/db";

import type { CrudOptions } from "./crud-options.ts";
import { type Definition, readDefinition } from "./definition.ts";

/** What is known of a router before it runs. */
export interface CrudScene {
  readonly options: CrudOptions;
  readonly definition: Definition;
  /** The table's columns, by their names in the code. */
  readonly columns: Readonly<Record<string, PgColumn>>;
  /** Those that refer to another table, and the name of that table. */
  readonly references: Readonly<Record<string, string>>;
  /** Those that are unique together, without the primary key. */
  readonly uniques: readonly (readonly string[])[];
  /** The columns that do not go out. */
  readonly hidden: readonly string[];
}

/** @throws when router or table are not there, or the options do not go together. */
export function buildScene<Tables extends CoreTables, Place>(given: CrudOptions<Tables, Place>): CrudScene {
  // The cast: inside, it works with the tables and places of any app.
  const options = given as unknown as CrudOptions;
  const definition = readDefinition(options.router, options.path);
  const table = given.tables.postgres[given.table] as unknown as PgTable | undefined;
  if (!table) throw new Error(`There is no table "${options.table}". Name one of tables.`);
  if (options.roles && !options.join) throw new Error("Say under join how a person gets a role.");
  if (definition.procedures.has("create") && !options.sample) throw new Error("Say under sample what create takes.");
  if (definition.procedures.has("update") && !options.change) throw new Error("Say under change what update may set.");

  const columns = getTableColumns(table);
  const { foreignKeys, uniqueConstraints, indexes } = getTableConfig(table);
  const nameOf = new Map(Object.entries(columns).map(([name, column]) => [column.name, name]));
  const shown = new Set(["id", "version", ...options.shows]);
  return {
    options,
    definition,
    columns,
    references: Object.fromEntries(
      foreignKeys.flatMap((key) => {
        const { columns: own, foreignTable } = key.reference();
        return own.map((column) => [nameOf.get(column.name) ?? column.name, getTableName(foreignTable)]);
      }),
    ),
    uniques: [
      ...Object.entries(columns).flatMap(([name, column]) => (column.isUnique ? [[name]] : [])),
      ...uniqueConstraints.map((constraint) => constraint.columns.map((column) => nameOf.get(column.name) ?? "")),
      ...indexes
        .filter((index) => index.config.unique)
        .map((index) =>
          index.config.columns.map((column) => ("name" in column ? (nameOf.get(String(column.name)) ?? "") : "")),
        ),
    ],
    hidden: Object.keys(columns).filter((name) => !shown.has(name)),
  };
}
