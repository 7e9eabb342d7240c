import { and, sql } from "drizzle-orm";

import { CallError } from "@countersign/rpc";

import { type Model, placeOf, type Reader } from "../definition/model.ts";

import { conditionsOf } from "./conditions.ts";
import type { ListQuery } from "./list-input.ts";
import type { Where } from "./rights.ts";

/** From here on, rows that are skipped are counted as rows that are looked through. */
const manySkipped = 10_000;

/**
 * A list that no index leads through looks at each row of its reader's scope. That takes the time of all others on SQLite, so
 * there is an end to it: those who may see more rows than `page.mostSearched` have to narrow it. Asking costs that many
 * entries of an index at most.
 *
 * @throws BAD_REQUEST (`LIST_TOO_WIDE`)
 */
export async function requireNarrow(model: Model, query: ListQuery, reader: Reader, where: Where): Promise<void> {
  if (!looksThrough(model, query)) return;
  const { table } = placeOf(model, reader);
  const { mostSearched } = model.declared;
  const among = and(where("read"), conditionsOf(table, [], { filter: scopeFilterOf(model, query) }, reader.dialect));
  const some = reader
    .select({ one: sql`1`.as("one") })
    .from(table)
    .where(among)
    .limit(mostSearched + 1)
    .as("some");
  const [found] = await reader.select({ rows: sql<number>`count(*)`.mapWith(Number) }).from(some);
  if ((found?.rows ?? 0) <= mostSearched) return;
  const columns = model.scope.columns.filter((name) => name in model.declared.filters);
  const cure = columns.length === 0 ? "Search and order it in smaller parts." : `Filter by ${columns.join(" or ")}.`;
  throw new CallError(
    "BAD_REQUEST",
    `The list would look through more than ${mostSearched.toLocaleString("en")} rows. ${cure}`,
    { reason: "LIST_TOO_WIDE" },
  );
}

/** Does it search, narrow, order or skip in a way that an index may not know? */
function looksThrough(model: Model, query: ListQuery): boolean {
  const { filter = {}, order, offset = 0, search = "" } = query;
  if (filter["id"]?.["eq"] !== undefined) return false;
  const columns = new Set<string>(model.scope.columns);
  const isNarrowed = Object.keys(filter).some((name) => !columns.has(name) && filter[name] !== undefined);
  const isOfOne = [...columns].some((name) => filter[name]?.["eq"] !== undefined || model.scope.fills?.includes(name));
  const isOther = order !== undefined && order.by !== model.defaultOrder.by;
  const isOrdered = !isOfOne && (isOther || sortsMany(model));
  return search.trim() !== "" || isNarrowed || isOrdered || offset > manySkipped;
}

/** Does the list's own order sort rows of several scopes, as of all projects of a member? Of scopes themselves there are few. */
function sortsMany({ scope, isLed }: Model): boolean {
  return !isLed && scope.columns.length > 0 && !scope.columns.includes("id");
}

/** What of the filter holds the scope's own columns. */
function scopeFilterOf(model: Model, { filter = {} }: ListQuery): NonNullable<ListQuery["filter"]> {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => model.scope.columns.includes(name)));
}
