import { newId } from "@countersign/auth";
import { type Transaction, UniqueViolation } from "@countersign/db";
import { CallError, forbidden, notFound, once } from "@countersign/rpc";

import { type AnyRow, type Model, placeOf } from "../definition/model.ts";
import { readRow } from "../query/read-rows.ts";
import { sendRow, type SentRow } from "../query/send-rows.ts";

import { announce } from "./announce.ts";
import { callOf, keepId, type Keyed } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";
import { requireRoom } from "./room.ts";
import { showAgain } from "./show-again.ts";
import { validate } from "./validate.ts";

/** A new row, where the scope lets this user put it. */
export function createRow(
  model: Model,
  ctx: CrudContext,
  procedure: string,
  input: Keyed<Readonly<Record<string, unknown>>>,
): Promise<SentRow> {
  const { key: _, ...values } = input;
  const call = callOf(ctx, procedure, input);
  const body = async (tx: Transaction) => showRow(model, ctx, await insertRow(model, ctx, tx, values), tx);
  const act = (tx: Transaction) =>
    once(
      tx,
      call,
      () => body(tx),
      ({ id }) => showAgain(model, ctx, id, tx),
      keepId,
    );
  // Of many creations at once, each has to see those before it.
  return ctx.transaction(act, { alone: model.quota !== null });
}

/** The same within a transaction; the row as it is kept. */
export async function insertRow(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  values: Readonly<Record<string, unknown>>,
): Promise<AnyRow> {
  const { table } = placeOf(model, tx);
  const admitted = await admitRow(model, ctx, tx, values);
  await validate(model, admitted, null, ctx, tx);

  const now = new Date(ctx.caller.services.clock.now());
  const wanted = (await model.hooks.beforeCreate?.(admitted, { ctx, tx })) ?? admitted;
  const row = {
    ...wanted,
    id: newId(),
    version: 1,
    ...(model.hasCreatedAt ? { createdAt: now } : {}),
    ...(model.hasUpdatedAt ? { updatedAt: now } : {}),
  };
  const [created] = (await tx.insert(table).values(row).returning().catch(refuseTaken)) as AnyRow[];
  if (created === undefined) throw new Error(`The database inserted nothing into "${model.tableName}".`);
  await model.hooks.afterCreate?.(created, { ctx, tx });
  announce(model, ctx, tx, { action: "create", before: null, after: created });
  return created;
}

/**
 * May this user put a row here, and is there room for it? The values with what the scope adds to them.
 *
 * @throws NOT_FOUND, FORBIDDEN
 */
export async function admitRow(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  values: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const admission = await model.scope.admit(ctx.principal, values, tx, placeOf(model, tx));
  if (admission.status !== "admitted") throw admission.status === "forbidden" ? forbidden() : notFound();
  await requireRoom(model, admission.values, tx);
  return admission.values;
}

/** The row as its creator sees it: a hook may have changed it, or made the rights to it. */
export async function showRow(model: Model, ctx: CrudContext, created: AnyRow, tx: Transaction): Promise<SentRow> {
  const seen = await readRow(model, ctx, created.id, tx);
  if (seen) return seen;
  // Created for somebody else's eyes only: what was given is known already, and no right was asked with it.
  return sendRow(model, ctx, created, tx);
}

/** Whose value it is stays unsaid, and whether there is one in another scope: see `requireScopedUniqueness`. */
export function refuseTaken(error: unknown): never {
  if (!(error instanceof UniqueViolation)) throw error;
  throw new CallError("CONFLICT", "There is one like this already.", { reason: "TAKEN" });
}
