import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";

import type { Rule } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";
import type { RuleParts } from "@countersign/rpc";

import type { Field } from "../fields/field.ts";
import { indexesOf } from "../indexes/indexes-of.ts";
import type { Operator } from "../query/operators.ts";
import type { Viewer } from "../query/rights.ts";
import { columnOf } from "../scope/column.ts";
import type { Place, Scope } from "../scope/scope.ts";

import type { AnyRow, Model } from "./model.ts";
import type { ActionName, CrudOptions } from "./options.ts";
import { requireScopedUniqueness } from "./scoped-uniqueness.ts";
import type { CrudTable, CrudTableName } from "./table.ts";

/** The options of any table. */
export type AnyCrudOptions = CrudOptions<
  CoreTables,
  CrudTableName<CoreTables>,
  string,
  Readonly<Record<string, Field<unknown>>>,
  string,
  Readonly<Record<string, readonly Operator[]>>,
  string,
  object,
  ActionName,
  string,
  Readonly<Record<string, string>>,
  { readonly columns: readonly string[]; readonly most?: number },
  string
>;

/** `rowCan` of `createProcedures`, for any policies: it throws on a name that was not declared. */
export type RowCan = (
  ...names: [string, ...string[]]
) => (viewer: Viewer, row: AnyRow, shown: object) => { readonly $can: Readonly<Record<string, boolean>> };

const allActions: readonly ActionName[] = [
  "list",
  "get",
  "create",
  "update",
  "remove",
  "updateMany",
  "removeMany",
  "restore",
  "purge",
  "purgeMany",
  "live",
  "export",
];

/** Actions on rows that lie in a bin. */
const ofBins: readonly ActionName[] = ["restore", "purge", "purgeMany"];

/** Columns only the library writes. */
const keptColumns = ["id", "version", "createdAt", "updatedAt"];

/** Whose rule an action follows when it has none of its own. */
const follows: Readonly<Partial<Record<ActionName, ActionName>>> = {
  get: "list",
  live: "list",
  export: "list",
  updateMany: "update",
  removeMany: "remove",
  restore: "remove",
  purge: "remove",
  purgeMany: "remove",
};

/**
 * Checks the two options that everything else is looked up by.
 *
 * @throws on a table that is not there or not one rows can be served from, and without a scope: the message names the option
 */
export function requireTableAndScope(tables: object, options: AnyCrudOptions): void {
  const named: unknown = Object.hasOwn(tables, options.table) ? Reflect.get(tables, options.table) : undefined;
  const of = `crudRouter of "${options.table}"`;
  if (!is(named, PgTable)) {
    throw new Error(`${of}: option "table" names no table. Name one of: ${Object.keys(tables).join(", ")}.`);
  }
  const columns = getTableColumns(named);
  const missing = ["id", "version"].find((name) => !Object.hasOwn(columns, name));
  if (missing !== undefined) throw new Error(`${of}: its table has no column "${missing}". Add it.`);
  // The cast: from JavaScript anything may come.
  const scope = options.scope as Partial<Scope> | undefined;
  if (typeof scope?.where !== "function" || typeof scope.admit !== "function") {
    throw new Error(
      `${of}: option "scope" says whose rows are whose and is missing. Give owner("…"), membership(…) or unscoped("…").`,
    );
  }
  if (typeof options.fields !== "object" || (options.fields as object | null) === null) {
    throw new Error(`${of}: option "fields" is missing. Name the columns that may be written, or {} for none.`);
  }
}

/**
 * Completes and checks the options.
 *
 * @throws on a name the table does not have, and on what would be unsafe: the message holds the cure.
 */
export function buildModel(options: AnyCrudOptions, place: Place<CoreTables, CrudTable>, rowCan: RowCan): Model {
  const { table } = place;
  const scope: Scope = options.scope;
  const columns = getTableColumns(table);
  const fields = Object.keys(options.fields);
  if (fields.includes("key")) {
    throw refuse(table, 'Field "key" would be taken for the idempotency key of a call. Name the column otherwise.');
  }
  requireColumns(table, scope.columns);
  requireColumns(table, [...fields, ...(options.show ?? []), ...(options.search ?? [])]);
  requireColumns(table, [...(options.order?.by ?? []), ...Object.keys(options.filters ?? {})]);
  for (const name of keptColumns) {
    if (fields.includes(name))
      throw refuse(table, `Field "${name}" is written by the library. Leave it out of fields; show it.`);
  }
  for (const name of options.search ?? []) {
    if (columnOf(table, name).dataType !== "string")
      throw refuse(table, `Column "${name}" is no text and cannot be searched.`);
  }
  requireComparable(options, table);
  requireHiddenColumns(options, table);
  requireScopedUniqueness(table, options.scope.columns, fields);
  requireOwnColumns(table, scope, fields);
  requireValues(options, table);
  const { removedAt = null, quota = null } = options;
  if (removedAt !== null && (columnOf(table, removedAt).notNull || fields.includes(removedAt))) {
    throw refuse(table, `Column "${removedAt}" says when a row was removed: make it a nullable instant, and no field.`);
  }

  const hasCreatedAt = Object.hasOwn(columns, "createdAt");
  const ordered = options.order?.by[0] ?? (hasCreatedAt ? "createdAt" : "id");
  return {
    tableName: options.table,
    scope,
    watches: scope.watches(place),
    shown: [...new Set(["id", "version", ...fields, ...(options.show ?? [])])],
    showTo: options.showTo ?? {},
    project: (options.project as Model["project"] | undefined) ?? null,
    declared: {
      search: options.search ?? [],
      filters: options.filters ?? {},
      orders: options.order?.by ?? [],
      mostRows: options.page?.most ?? 100,
      mostSkipped: options.page?.mostSkipped ?? 100_000,
      mostSearched: options.page?.mostSearched ?? 250_000,
      hasBin: removedAt !== null,
    },
    isLed: indexesOf(table).some(([begin]) => begin === columnOf(table, ordered).name),
    defaultOrder: { by: ordered, direction: options.order?.direction ?? "desc" },
    pageSize: options.page?.size ?? 20,
    doesCount: options.page?.count ?? true,
    removedAt,
    csv: options.csv ? { columns: options.csv.columns, most: options.csv.most ?? 10_000 } : null,
    quota,
    hooks: options.hooks ?? {},
    policies: buildPolicies(options, rowCan),
    rules: buildRules(options, removedAt !== null),
    hasCreatedAt,
    hasUpdatedAt: Object.hasOwn(columns, "updatedAt"),
  };
}

function buildRules(options: AnyCrudOptions, hasBin: boolean): Model["rules"] {
  const given: { readonly [Action in ActionName]?: RuleParts<string> } = options.rules ?? {};
  const left = new Set<ActionName>(options.without ?? []);
  if (!hasBin) for (const action of ofBins) left.add(action);
  if (options.csv === undefined) left.add("export");
  const offered = allActions.filter((action) => !left.has(action));
  return Object.fromEntries(
    offered.map((action): [ActionName, Rule] => {
      const followed = follows[action];
      const parts = given[action] ?? (followed && given[followed]) ?? {};
      return [action, { ...parts, access: "user" }];
    }),
  );
}

function buildPolicies({ policies = {} }: AnyCrudOptions, rowCan: RowCan): Model["policies"] {
  return Object.fromEntries(
    Object.entries(policies).map(([action, name]) => {
      const ask = rowCan(name);
      return [action, (viewer: Viewer, row: AnyRow) => ask(viewer, row, {}).$can[name] === true];
    }),
  );
}

/** Only texts are looked into, and only by the comparisons there are. */
function requireComparable({ filters = {} }: AnyCrudOptions, table: CrudTable): void {
  for (const [name, operators] of Object.entries(filters)) {
    const offered = columnOf(table, name).dataType === "string" ? [...forAll, ...forTexts] : forAll;
    const wrong = operators.find((operator) => !offered.includes(operator));
    if (wrong === undefined) continue;
    throw refuse(table, `Column "${name}" cannot be filtered by "${wrong}". Its filters are: ${offered.join(", ")}.`);
  }
}

const forAll: readonly Operator[] = ["eq", "ne", "in", "gt", "gte", "lt", "lte", "isNull"];
const forTexts: readonly Operator[] = ["contains", "startsWith"];

/** A column that only some receive must not show to others by the way. */
function requireHiddenColumns(options: AnyCrudOptions, table: CrudTable): void {
  const { fields, show = [], search = [], filters = {}, order, scope, csv } = options;
  const named = [...Object.keys(fields), ...show, ...search, ...Object.keys(filters), ...(order?.by ?? [])];
  const open = new Set([...named, ...scope.columns]);
  const hidden = Object.keys(options.showTo ?? {});
  requireColumns(table, hidden);
  const shown = hidden.find((name) => open.has(name));
  if (shown !== undefined) {
    throw refuse(
      table,
      `Column "${shown}" goes out to some only, by showTo, and can be told from something else that names it. Name it there only.`,
    );
  }
  if (csv && csv.columns.length === 0) throw refuse(table, "Name the columns of csv.");
}

/** What the scope fills in from who asks, no input can give. */
function requireOwnColumns(table: CrudTable, { fills = [] }: Scope, fields: readonly string[]): void {
  const own = fields.find((name) => fills.includes(name));
  if (own === undefined) return;
  throw refuse(table, `Field "${own}" is filled in by the scope, from who asks. Leave it out of fields; show it.`);
}

/** A new row must get a value for each column that has to have one: what a hook gives cannot be seen here. */
function requireValues({ fields, scope, hooks, without = [] }: AnyCrudOptions, table: CrudTable): void {
  if (without.includes("create") || hooks?.beforeCreate) return;
  const given = new Set([
    ...keptColumns,
    ...scope.columns,
    ...Object.keys(fields).filter((name) => isGiven(fields[name])),
  ]);
  const left = Object.entries(getTableColumns(table)).find(
    ([name, { notNull, hasDefault }]) => notNull && !hasDefault && !given.has(name),
  );
  if (left === undefined) return;
  throw refuse(
    table,
    `Column "${left[0]}" needs a value, and create gives it none. Name it in fields, give it a default, set it in the hook ` +
      `beforeCreate, or leave create out: without: ["create"].`,
  );
}

function isGiven(field: Field<unknown> | undefined): boolean {
  return !(typeof field === "object" && "on" in field && field.on === "update");
}

function requireColumns(table: CrudTable, names: readonly string[]): void {
  for (const name of names) columnOf(table, name);
}

function refuse(table: CrudTable, message: string): Error {
  return new Error(`crudRouter of "${getTableName(table)}": ${message}`);
}
