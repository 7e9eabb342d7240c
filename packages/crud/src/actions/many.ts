import type { Transaction } from "@countersign/db";
import { CallError, once } from "@countersign/rpc";

import type { Model } from "../definition/model.ts";
import type { SentRow } from "../query/send-rows.ts";

import { callOf, keepNothing, type Keyed } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";
import { applyPurge } from "./purge.ts";
import { applyRemove } from "./remove.ts";
import { showAgain } from "./show-again.ts";
import { applyUpdate, movesQuota } from "./update.ts";

interface Named {
  readonly id: string;
  readonly version: number;
}

export type UpdateManyInput = Keyed<{
  readonly rows: readonly Named[];
  readonly changes: Readonly<Record<string, unknown>>;
}>;
export type RemoveManyInput = Keyed<{ readonly rows: readonly Named[] }>;

/** The same change of several rows: of all, or, when one of them refuses it, of none. */
export function updateRows(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: UpdateManyInput,
): Promise<readonly SentRow[]> {
  const act = (tx: Transaction) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      () => forEach(input.rows, (row) => applyUpdate(model, ctx, tx, { ...input.changes, ...row })),
      () => forEach(input.rows, ({ id }) => showAgain(model, ctx, id, tx)),
      keepNothing,
    );
  return ctx.transaction(act, { alone: movesQuota(model, input.changes) });
}

/** Removes all of these rows, or none. */
export function removeRows(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: RemoveManyInput,
): Promise<{ readonly removed: number }> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      async () => {
        await forEach(input.rows, (row) => applyRemove(model, ctx, tx, row));
        return { removed: input.rows.length };
      },
      (first) => first,
    ),
  );
}

/** Removes all of these rows from the bin, for good, or none. */
export function purgeRows(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: RemoveManyInput,
): Promise<{ readonly purged: number }> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      async () => {
        await forEach(input.rows, (row) => applyPurge(model, ctx, tx, row));
        return { purged: input.rows.length };
      },
      (first) => first,
    ),
  );
}

/** In the order of their ids, so that two who change the same rows at once do not wait for each other. */
async function forEach<Result>(
  rows: readonly Named[],
  act: (row: Named) => Promise<Result>,
): Promise<readonly Result[]> {
  const results = new Map<string, Result>();
  for (const row of rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))) results.set(row.id, await naming(row, act));
  // The cast: each of them has been put there.
  return rows.map(({ id }) => results.get(id) as Result);
}

/** A refusal says which of the rows it was. */
async function naming<Result>(row: Named, act: (row: Named) => Promise<Result>): Promise<Result> {
  try {
    return await act(row);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    throw new CallError(error.code, error.message, { ...error.details, rowId: row.id });
  }
}
