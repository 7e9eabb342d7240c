import type { Transaction } from "@countersign/db";

import { type AnyRow, type Model, placeOf } from "../definition/model.ts";

import { announce } from "./announce.ts";
import { explainMissInBin, findInBin } from "./bin.ts";
import type { CrudContext } from "./crud-context.ts";
import { removeOnce } from "./remove-once.ts";
import type { RemoveInput } from "./remove.ts";

/** Removes a row from the bin, for good. One that is not in the bin is NOT_FOUND: nothing is lost by one call. */
export function purgeRow(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: RemoveInput,
): Promise<Record<string, never>> {
  return removeOnce(ctx, procedure, input, (tx) => applyPurge(model, ctx, tx, input));
}

/** The same within a transaction, for one row of many. */
export async function applyPurge(model: Model, ctx: CrudContext, tx: Transaction, input: RemoveInput): Promise<void> {
  const { table } = placeOf(model, tx);
  const isThis = await findInBin(model, ctx, tx, input);
  const [purged] = (await tx.delete(table).where(isThis).returning()) as AnyRow[];
  if (purged === undefined) throw await explainMissInBin(model, ctx, input, tx);
  announce(model, ctx, tx, { action: "purge", before: purged, after: null });
}
