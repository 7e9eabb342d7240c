import { sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { once } from "@countersign/rpc";

import { type AnyRow, type Model, placeOf } from "../definition/model.ts";
import type { SentRow } from "../query/send-rows.ts";

import { announce } from "./announce.ts";
import { explainMissInBin, findInBin } from "./bin.ts";
import { callOf, keepNothing } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";
import type { RemoveInput } from "./remove.ts";
import { showAgain } from "./show-again.ts";

/** Takes a row out of the bin. */
export function restoreRow(model: Model, ctx: CrudContext, procedure: string, input: RemoveInput): Promise<SentRow> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      () => applyRestore(model, ctx, tx, input),
      () => showAgain(model, ctx, input.id, tx),
      keepNothing,
    ),
  );
}

async function applyRestore(model: Model, ctx: CrudContext, tx: Transaction, input: RemoveInput): Promise<SentRow> {
  const { table } = placeOf(model, tx);
  const [restored] = (await tx
    .update(table)
    .set({ [model.removedAt ?? ""]: null, version: sql`${table.version} + 1` })
    .where(await findInBin(model, ctx, tx, input))
    .returning()) as AnyRow[];
  if (restored === undefined) throw await explainMissInBin(model, ctx, input, tx);
  announce(model, ctx, tx, { action: "restore", before: null, after: restored });
  return showAgain(model, ctx, input.id, tx);
}
