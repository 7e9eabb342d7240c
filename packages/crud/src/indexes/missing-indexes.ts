import type { AnyRouter } from "@trpc/server";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import type { TableSet } from "@countersign/db";

import type { Model } from "../definition/model.ts";
import { modelOf } from "../definition/models.ts";

import { indexesOf } from "./indexes-of.ts";

/** An owner with so few rows has them sorted in no time. */
const fewRows = 10_000;

/**
 * What the lists of a router's rows would have to look for in whole tables, each with the line to add: for a test of the
 * app's, `expect(missingIndexes(appRouter, tables)).toEqual([])`.
 *
 * A scope's column is to begin an index for each order its lists can have, unless its quota is small; so are the columns that
 * memberships and quotas are looked up by.
 */
export function missingIndexes(router: AnyRouter, tables: TableSet<object>): readonly string[] {
  const all = Object.values(tables.postgres).filter((table): table is PgTable => is(table, PgTable));
  const byName = new Map(all.map((table) => [getTableName(table), table]));
  const models = Object.values(router._def.procedures as Record<string, object>).flatMap((each) => modelOf(each) ?? []);
  const missing = [...new Set(models)].flatMap((model) =>
    wantedBy(model, tables).flatMap((wanted) => {
      const table = byName.get(wanted.table);
      return table && !isThere(table, wanted) ? [lineFor(table, wanted)] : [];
    }),
  );
  return [...new Set(missing)];
}

interface Wanted {
  readonly table: string;
  /** Where the index begins, and what it is in the order of; names as in SQL. */
  readonly columns: readonly string[];
  /** What may stand between, because it is held to one value. */
  readonly between: ReadonlySet<string>;
  readonly why: string;
}

function wantedBy(model: Model, tables: TableSet<object>): readonly Wanted[] {
  // The cast: the option's type lets only tables be named.
  const table = (tables.postgres as Readonly<Record<string, PgTable>>)[model.tableName] as PgTable;
  const columns = getTableColumns(table);
  const own = getTableName(table);
  const sqlName = (name: string) => columns[name]?.name ?? name;
  const held = Object.entries(model.declared.filters).flatMap(([name, kinds]) => (kinds.includes("eq") ? [name] : []));
  const between = new Set([...held, ...(model.removedAt === null ? [] : [model.removedAt])].map(sqlName));
  const orders = [...new Set([model.defaultOrder.by, ...model.declared.orders])].filter((name) => name !== "id");

  const lookedUp = model.watches.flatMap(({ table: watched, column }) =>
    column === null ? [] : [{ table: watched, columns: [column], between, why: "whose rows are whose" }],
  );
  const listed = model.scope.columns
    .filter((name) => name !== "id" && !(model.quota?.of === name && model.quota.rows <= fewRows))
    .flatMap((scoped) =>
      orders.map((name) => ({
        table: own,
        columns: [sqlName(scoped), sqlName(name)],
        between,
        why: `lists in the order of "${name}"`,
      })),
    );
  const ofAll = model.watches.some(({ table: watched, column }) => watched === own && column === null);
  const unscoped = ofAll
    ? orders.map((name) => ({
        table: own,
        columns: [sqlName(name)],
        between,
        why: `lists of all rows in the order of "${name}"`,
      }))
    : [];
  const counted = model.quota ? [{ table: own, columns: [sqlName(model.quota.of)], between, why: "the quota" }] : [];
  return [...listed, ...lookedUp, ...unscoped, ...counted];
}

function isThere(table: PgTable, { columns, between }: Wanted): boolean {
  const [first, ...rest] = columns;
  return indexesOf(table).some(([begin, ...others]) => {
    const following = others.filter((name) => rest.includes(name) || !between.has(name));
    return begin === first && rest.every((name, index) => following[index] === name);
  });
}

function lineFor(table: PgTable, { columns, why }: Wanted): string {
  const byName = new Map(Object.entries(getTableColumns(table)).map(([key, { name }]) => [name, key]));
  const withTiebreak = columns.length === 1 && why.startsWith("who") ? columns : [...new Set([...columns, "id"])];
  const named = withTiebreak.map((name) => `row.${byName.get(name) ?? name}`).join(", ");
  const name = [getTableName(table), ...columns].join("_");
  return `Table "${getTableName(table)}", for ${why}: index("${name}").on(${named})`;
}
