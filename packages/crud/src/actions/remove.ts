import { and, eq, isNull, sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { forbidden } from "@countersign/rpc";

import { type AnyRow, type Model, placeOf } from "../definition/model.ts";
import { columnOf } from "../scope/column.ts";

import { announce } from "./announce.ts";
import type { Keyed } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";
import { explainMiss } from "./refuse.ts";
import { removeOnce } from "./remove-once.ts";
import { lockRow } from "./update.ts";

export type RemoveInput = Keyed<{ readonly id: string; readonly version?: number | undefined }>;

/** Removes a row, or puts it into the bin where there is one. With a version, only if that is the present one. */
export function removeRow(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: RemoveInput,
): Promise<Record<string, never>> {
  return removeOnce(ctx, procedure, input, (tx) => applyRemove(model, ctx, tx, input));
}

/** The same within a transaction, for one row of many. */
export async function applyRemove(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  { id, version }: RemoveInput,
): Promise<void> {
  const place = placeOf(model, tx);
  const { table } = place;
  const bin = model.removedAt === null ? null : columnOf(table, model.removedAt);
  await model.scope.hold?.(ctx.principal, id, tx, place);
  const isThis = and(
    eq(table.id, id),
    version === undefined ? undefined : eq(table.version, version),
    model.scope.where(ctx.principal, "remove", place),
    bin ? isNull(bin) : undefined,
  );

  if ("beforeRemove" in model.hooks || model.policies.remove) {
    const row = await lockRow(tx, table, isThis);
    if (row && model.policies.remove?.(ctx, row) === false) throw forbidden();
    if (row) await model.hooks.beforeRemove?.(row, { ctx, tx });
  }
  const removal = bin
    ? tx
        .update(table)
        .set({ ...stampOf(model, ctx), version: sql`${table.version} + 1` })
        .where(isThis)
        .returning()
    : tx.delete(table).where(isThis).returning();
  const [removed] = (await removal) as AnyRow[];
  if (removed === undefined) throw await explainMiss(model, ctx, { id, version }, "remove", tx);
  await model.hooks.afterRemove?.(removed, { ctx, tx });
  announce(model, ctx, tx, { action: "remove", before: removed, after: null });
}

function stampOf(model: Model, ctx: CrudContext): Record<string, unknown> {
  return { [model.removedAt ?? ""]: new Date(ctx.caller.services.clock.now()) };
}
