import { and, or, type SQL } from "drizzle-orm";

import { type Dialect, textContains } from "@countersign/db";

import type { CrudTable } from "../definition/table.ts";
import { columnOf } from "../scope/column.ts";
import type { Narrowing } from "../scope/scope.ts";

import type { ListQuery } from "./list-input.ts";
import { compare, type Operator } from "./operators.ts";

/** The rows that fit what is searched and filtered. Only declared names get this far. */
export function conditionsOf(
  table: CrudTable,
  searched: readonly string[],
  { search, filter }: ListQuery,
  dialect: Dialect,
): SQL | undefined {
  const text = search?.trim() ?? "";
  const found = text === "" ? [] : [or(...searched.map((name) => textContains(columnOf(table, name), text, dialect)))];
  return and(...found, ...filterConditions(table, filter ?? {}, dialect));
}

function filterConditions(
  table: CrudTable,
  filter: NonNullable<ListQuery["filter"]>,
  dialect: Dialect,
): (SQL | undefined)[] {
  return Object.entries(filter).flatMap(([name, operands = {}]) =>
    Object.entries(operands).map(([operator, operand]) =>
      // The cast: the schema let only declared operators through.
      operand === undefined ? undefined : compare(operator as Operator, columnOf(table, name), operand, dialect),
    ),
  );
}

/** The columns a query holds to one value. */
export function narrowingOf({ filter = {} }: ListQuery): Narrowing {
  const held = Object.entries(filter ?? {}).filter(([, operands]) => operands?.eq !== undefined);
  return Object.fromEntries(held.map(([name, operands]) => [name, operands?.eq]));
}
