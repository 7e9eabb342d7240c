import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { CallError, forbidden, notFound, once } from "@countersign/rpc";

import { type AnyRow, columnsOf, type Model, placeOf } from "../definition/model.ts";
import { rightsOf, scopeOf } from "../query/rights.ts";
import { sendRow, type SentRow } from "../query/send-rows.ts";
import { columnOf } from "../scope/column.ts";

import { announce } from "./announce.ts";
import { callOf, type Keyed } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";
import { explainMiss } from "./refuse.ts";
import { showAgain } from "./show-again.ts";
import { lockRow } from "./update.ts";

export type RemoveInput = Keyed<{ readonly id: string; readonly version?: number | undefined }>;

/** Removes a row, or puts it into the bin where there is one. With a version, only if that is the present one. */
export function removeRow(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: RemoveInput,
): Promise<Record<string, never>> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      async () => {
        await applyRemove(model, ctx, tx, input);
        return {};
      },
      () => ({}),
    ),
  );
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

/** Takes a row out of the bin. */
export function restoreRow(model: Model, ctx: CrudContext, procedure: string, input: RemoveInput): Promise<SentRow> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      () => applyRestore(model, ctx, tx, input),
      () => showAgain(model, ctx, input.id, tx),
    ),
  );
}

async function applyRestore(model: Model, ctx: CrudContext, tx: Transaction, input: RemoveInput): Promise<SentRow> {
  const place = placeOf(model, tx);
  const { table } = place;
  const name = model.removedAt ?? "";
  await model.scope.hold?.(ctx.principal, input.id, tx, place);
  const isThis = and(
    eq(table.id, input.id),
    input.version === undefined ? undefined : eq(table.version, input.version),
    model.scope.where(ctx.principal, "remove", place),
    isNotNull(columnOf(table, name)),
  );
  const removed = model.policies.remove ? await lockRow(tx, table, isThis) : undefined;
  if (removed && model.policies.remove?.(ctx, removed) === false) throw forbidden();
  const [restored] = (await tx
    .update(table)
    .set({ [name]: null, version: sql`${table.version} + 1` })
    .where(isThis)
    .returning()) as AnyRow[];
  if (restored === undefined) throw await explainMissInBin(model, ctx, input, tx);
  announce(model, ctx, tx, { action: "restore", before: null, after: restored });
  return showAgain(model, ctx, input.id, tx);
}

/** Like `explainMiss`, of a row that is looked for in the bin. */
async function explainMissInBin(
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

function stampOf(model: Model, ctx: CrudContext): Record<string, unknown> {
  return { [model.removedAt ?? ""]: new Date(ctx.caller.services.clock.now()) };
}
