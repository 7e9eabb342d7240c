import { and, eq, isNotNull, type SQL } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { CallError, forbidden, notFound } from "@countersign/rpc";

import { type AnyRow, columnsOf, type Model, placeOf } from "../definition/model.ts";
import { rightsOf, scopeOf } from "../query/rights.ts";
import { sendRow } from "../query/send-rows.ts";
import { columnOf } from "../scope/column.ts";

import type { CrudContext } from "./crud-context.ts";
import type { RemoveInput } from "./remove.ts";
import { lockRow } from "./update.ts";

/**
 * The condition of a row in the bin that this user may bring back or purge.
 *
 * @throws FORBIDDEN when the policy of removals says no
 */
export async function findInBin(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  { id, version }: RemoveInput,
): Promise<SQL | undefined> {
  const place = placeOf(model, tx);
  const { table } = place;
  await model.scope.hold?.(ctx.principal, id, tx, place);
  const isThis = and(
    eq(table.id, id),
    version === undefined ? undefined : eq(table.version, version),
    model.scope.where(ctx.principal, "remove", place),
    isNotNull(columnOf(table, model.removedAt ?? "")),
  );
  const removed = model.policies.remove ? await lockRow(tx, table, isThis) : undefined;
  if (removed && model.policies.remove?.(ctx, removed) === false) throw forbidden();
  return isThis;
}

/** Like `explainMiss`, of a row that is looked for in the bin. */
export async function explainMissInBin(
  model: Model,
  ctx: CrudContext,
  { id }: RemoveInput,
  tx: Transaction,
): Promise<CallError> {
  const place = placeOf(model, tx);
  const { table } = place;
  const where = scopeOf(model, ctx, tx);
  const isThis = and(eq(table.id, id), isNotNull(columnOf(table, model.removedAt ?? "")));
  const found = await tx
    .select({ ...columnsOf(model, table), ...rightsOf(model, ctx, where) })
    .from(table)
    .where(and(isThis, where("read")));
  const [row] = found as AnyRow[];
  if (!row) return notFound();
  if ((await tx.$count(table, and(isThis, where("remove")))) === 0) return forbidden();
  const current = await sendRow(model, ctx, row, tx);
  return new CallError("CONFLICT", "It has changed since you read it.", { reason: "VERSION_CONFLICT", current });
}
