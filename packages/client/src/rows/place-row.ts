import type { LiveRow } from "@countersign/contract";

import { compareValues } from "./fits-query.ts";
import type { RowOrder } from "./rows-router.ts";

/** Where a row belongs among rows that are in this order already; at the front when the order is the server's own. */
export function placeOf(row: LiveRow, rows: readonly LiveRow[], order: RowOrder | undefined): number {
  if (!order || valueOf(row, order.by) === undefined) return 0;
  const place = rows.findIndex((other) => comesBefore(row, other, order));
  return place === -1 ? rows.length : place;
}

/** As the server orders: empty values last, equal ones by id. */
function comesBefore(row: LiveRow, other: LiveRow, { by, direction = "asc" }: RowOrder): boolean {
  const [value, otherValue] = [valueOf(row, by) ?? null, valueOf(other, by) ?? null];
  const sign = direction === "asc" ? 1 : -1;
  if (value === null || otherValue === null) {
    if (value !== otherValue) return otherValue === null;
    return sign * compareValues(row.id, other.id) < 0;
  }
  return sign * (compareValues(value, otherValue) || compareValues(row.id, other.id)) < 0;
}

function valueOf(row: LiveRow, name: string): unknown {
  // The cast: what a row has besides id and version is the app's own.
  return (row as unknown as Readonly<Record<string, unknown>>)[name];
}
