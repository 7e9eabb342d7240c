import { and, eq } from "drizzle-orm";

import { CallError, forbidden, notFound } from "@countersign/rpc";

import { type Model, placeOf, type Reader } from "../definition/model.ts";
import { readRow } from "../query/read-rows.ts";
import type { ScopedAction } from "../scope/scope.ts";

import type { CrudContext } from "./crud-context.ts";

/**
 * Why a change found no row: it is not there or not this user's (the same answer), it is there but not this user's to change,
 * or it has changed since it was read.
 */
export async function explainMiss(
  model: Model,
  ctx: CrudContext,
  row: { readonly id: string; readonly version?: number | undefined },
  action: ScopedAction,
  reader: Reader,
): Promise<CallError> {
  const current = await readRow(model, ctx, row.id, reader);
  if (current === null) return notFound();

  const place = placeOf(model, reader);
  const inScope = model.scope.where(ctx.principal, action, place);
  const [changeable] = await reader
    .select({ id: place.table.id })
    .from(place.table)
    .where(and(eq(place.table.id, row.id), inScope));
  if (!changeable) return forbidden();
  return new CallError("CONFLICT", "It has changed since you read it.", { reason: "VERSION_CONFLICT", current });
}
