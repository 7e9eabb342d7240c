import { Failure } from "../failure.ts";

import { namesOf, type Names } from "./names.ts";
import type { ColumnFacts, TableFacts } from "./read-table.ts";

/** What is to be written for a table: the same for the router, its tests and its page. */
export interface CrudPlan {
  readonly table: string;
  /** Its name in the database. */
  readonly sqlName: string;
  readonly names: Names;
  readonly scope:
    | { readonly kind: "owner"; readonly column: string }
    | { readonly kind: "unscoped"; readonly permission: string };
  readonly fields: readonly PlannedField[];
  readonly shown: readonly string[];
  /** Columns the session's user is written into when a row is made. */
  readonly makers: readonly string[];
  /** The bin; null when rows are removed for good. */
  readonly removedAt: string | null;
}

/** A column that a person fills in. */
export interface PlannedField {
  readonly name: string;
  /** `line` is a text of one line, `text` one of many. */
  readonly kind: "line" | "text" | "flag" | "instant" | "number";
  readonly isNullable: boolean;
  readonly isOptional: boolean;
}

export interface PlanOptions {
  /** The singular, where it is not made from the table's name. */
  readonly singular: string | null;
  /** The column of the owner, where there are several that could be. */
  readonly owner: string | null;
  /** All rows for those who hold this permission, instead of an owner. */
  readonly permission: string | null;
}

/** Columns only the library writes. */
const kept = new Set(["id", "version", "createdAt", "updatedAt"]);
const likelyOwners = new Set(["ownerId", "userId"]);
const likelyMakers = new Set(["createdBy", "authorId"]);
const likelyBins = new Set(["removedAt", "deletedAt"]);
/** Texts that a person reads as the row's name. */
const likelyTitles = new Set(["title", "name", "label", "subject"]);

/**
 * Chooses what the rows of a table are served by.
 *
 * @throws Failure when that is for a person to say, with what to do
 */
export function planCrud(table: TableFacts, options: PlanOptions): CrudPlan {
  requireKept(table);
  const scope = chooseScope(table, options);
  const own = table.columns.filter(({ name }) => !kept.has(name) && !(scope.kind === "owner" && name === scope.column));
  const removedAt = own.find((column) => likelyBins.has(column.name) && isNullableInstant(column))?.name ?? null;
  const makers = own.filter((column) => column.refersTo === "users" && likelyMakers.has(column.name));
  const rest = own.filter((column) => column.name !== removedAt && !makers.includes(column));
  const fields = rest.filter(isField).map(toField);
  for (const column of rest) if (!isField(column)) requireOptional(table, column);
  if (!fields.some(({ kind }) => kind === "line" || kind === "text")) {
    throw new Failure("refused", `Table "${table.name}" has no column of text to show a row by. Add one, as in title.`);
  }
  return {
    table: table.name,
    sqlName: table.sqlName,
    names: namesOf(table.name, options.singular),
    scope,
    fields,
    shown: ["createdAt", "updatedAt"].filter((name) => table.columns.some((column) => column.name === name)),
    makers: makers.map(({ name }) => name),
    removedAt,
  };
}

/** The field a row is called by: its title, or its first text. */
export function titleOf(plan: CrudPlan): PlannedField {
  const [title] = plan.fields
    .filter(({ kind }) => kind === "line")
    .concat(plan.fields.filter(({ kind }) => kind === "text"));
  if (!title) throw new Error("A plan has at least one text.");
  return title;
}

function requireKept(table: TableFacts): void {
  for (const [name, kind] of [
    ["id", "text"],
    ["version", "number"],
  ]) {
    if (table.columns.some((column) => column.name === name && column.kind === kind)) continue;
    const line = name === "id" ? `id: id("id").primaryKey()` : `version: count("version").notNull()`;
    throw new Failure("refused", `Table "${table.name}" has no column "${name}". Rows are served by it: add ${line}.`);
  }
}

function chooseScope(table: TableFacts, { owner, permission }: PlanOptions): CrudPlan["scope"] {
  if (permission !== null && owner !== null) {
    throw new Failure("usage", "A row has an owner, or everybody with a permission sees it: --owner or --permission.");
  }
  if (permission !== null) return { kind: "unscoped", permission };

  const ofUsers = table.columns.filter(({ refersTo, isNullable }) => refersTo === "users" && !isNullable);
  if (owner !== null) {
    const column = ofUsers.find(({ name }) => name === owner);
    if (column) return { kind: "owner", column: column.name };
    const named = ofUsers.map(({ name }) => name).join(", ") || "none";
    throw new Failure(
      "usage",
      `Column "${owner}" of "${table.name}" can't be the owner: it has to refer to users, and not be null. There: ${named}.`,
    );
  }
  const likely = ofUsers.filter(({ name }) => likelyOwners.has(name));
  const candidates = likely.length > 0 ? likely : ofUsers;
  const [column, ...others] = candidates;
  if (column && others.length === 0) return { kind: "owner", column: column.name };
  const named = column
    ? `Say which of these columns is the owner: ${candidates.map(({ name }) => `--owner ${name}`).join(", ")}.`
    : "No column refers to users and is never null. Add one, as in ownerId.";
  throw new Failure(
    "refused",
    `Whose are the rows of "${table.name}"? ${named} Or name the permission that shows all of them: --permission <app.codename>. For rows of what one is a member of, write the router with membership(…): see @countersign/crud.`,
  );
}

function isNullableInstant({ kind, isNullable }: ColumnFacts): boolean {
  return kind === "instant" && isNullable;
}

/** What refers to another row is left to a person: who may refer to which row is a rule, and JSON has a shape only the app knows. */
function isField({ kind, refersTo }: ColumnFacts): boolean {
  return refersTo === null && kind !== "json";
}

function requireOptional(table: TableFacts, { name, isOptional, refersTo }: ColumnFacts): void {
  if (isOptional) return;
  const why =
    refersTo === null
      ? "holds JSON, whose shape only you know"
      : `refers to ${refersTo}, and who may refer to which row is yours to say`;
  throw new Failure(
    "refused",
    `Column "${name}" of "${table.name}" needs a value and ${why}. Give it a default, or write the router by hand: see @countersign/crud.`,
  );
}

function toField({ name, kind, isNullable, isOptional }: ColumnFacts): PlannedField {
  const isLine = kind === "text" && likelyTitles.has(name);
  // The cast: JSON is no field.
  return { name, kind: isLine ? "line" : (kind as Exclude<ColumnFacts["kind"], "json">), isNullable, isOptional };
}
