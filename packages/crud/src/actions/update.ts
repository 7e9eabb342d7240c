import { and, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";
import { forbidden, notFound, once } from "@countersign/rpc";

import { type AnyRow, type Model, placeOf } from "../definition/model.ts";
import type { CrudTable } from "../definition/table.ts";
import { rightsOf, scopeOf } from "../query/rights.ts";
import { sendRow, type SentRow, withoutRights } from "../query/send-rows.ts";
import { columnOf } from "../scope/column.ts";

import { announce } from "./announce.ts";
import { callOf, keepNothing, type Keyed } from "./call.ts";
import { refuseTaken } from "./create.ts";
import type { CrudContext } from "./crud-context.ts";
import { explainMiss } from "./refuse.ts";
import { requireRoom } from "./room.ts";
import { showAgain } from "./show-again.ts";
import { validate } from "./validate.ts";

export type UpdateInput = Keyed<Readonly<Record<string, unknown>>> & { readonly id: string; readonly version: number };

/** A change made from one version of a row: if it is not the present one any more, CONFLICT with the present row. */
export function updateRow(model: Model, ctx: CrudContext, procedure: string, input: UpdateInput): Promise<SentRow> {
  const act = (tx: Transaction) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      () => applyUpdate(model, ctx, tx, input),
      () => showAgain(model, ctx, input.id, tx),
      keepNothing,
    );
  return ctx.transaction(act, { alone: movesQuota(model, input) });
}

/** Does a change with these fields take a row from one quota to another? Then each has to see those before it. */
export function movesQuota({ quota }: Model, changes: object): boolean {
  return quota !== null && quota.of in changes;
}

/** The same within a transaction, for one row of many. */
export async function applyUpdate(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  input: UpdateInput,
): Promise<SentRow> {
  const { id, version, key: _, ...given } = input;
  const place = placeOf(model, tx);
  const { table } = place;
  const changes = definedOnly(given);
  await model.scope.hold?.(ctx.principal, id, tx, place);
  const isThis = and(
    eq(table.id, id),
    eq(table.version, version),
    model.scope.where(ctx.principal, "update", place),
    model.removedAt === null ? undefined : isNull(columnOf(table, model.removedAt)),
  );

  const before = needsBefore(model, changes) ? await lockRow(tx, table, isThis) : null;
  if (before === undefined) throw await explainMiss(model, ctx, { id, version }, "update", tx);
  if (before && model.policies.update?.(ctx, before) === false) throw forbidden();
  if (before) await validate(model, changes, before, ctx, tx);
  const wanted = before ? ((await model.hooks.beforeUpdate?.(changes, before, { ctx, tx })) ?? changes) : changes;
  await requireAdmission(model, ctx, tx, before, wanted);
  if (movesQuota(model, wanted) && wanted[model.quota?.of ?? ""] !== before?.[model.quota?.of ?? ""])
    await requireRoom(model, { ...before, ...wanted }, tx);

  const now = new Date(ctx.caller.services.clock.now());
  const [after] = (await tx
    .update(table)
    .set({ ...wanted, version: sql`${table.version} + 1`, ...(model.hasUpdatedAt ? { updatedAt: now } : {}) })
    .where(isThis)
    // Columns and rights in one statement; the rights are those to the row as it is now.
    .returning({ ...getTableColumns(table), ...rightsOf(model, ctx, scopeOf(model, ctx, tx)) })
    .catch(refuseTaken)) as AnyRow[];
  if (after === undefined) throw await explainMiss(model, ctx, { id, version }, "update", tx);
  const row = withoutRights(after);
  if (before) await model.hooks.afterUpdate?.(row, before, { ctx, tx });
  announce(model, ctx, tx, { action: "update", before, after: row });
  return sendRow(model, ctx, after, tx);
}

/** A change that nobody looks at is one statement; where a hook or a list wants to know what was there, it is read and locked. */
function needsBefore({ hooks, scope, quota, policies }: Model, changes: Readonly<Record<string, unknown>>): boolean {
  const isWatched = (["validate", "beforeUpdate", "afterUpdate", "afterCommit"] as const).some((name) => name in hooks);
  const moving = [...scope.columns, ...(quota ? [quota.of] : [])];
  return isWatched || policies.update !== undefined || moving.some((name) => name in changes);
}

/** The row, held until the commit; undefined when there is none. */
export async function lockRow(tx: Transaction, table: CrudTable, isThis: SQL | undefined): Promise<AnyRow | undefined> {
  const [row] = await forUpdate(tx, tx.select().from(table).where(isThis));
  return row as AnyRow | undefined;
}

/** A row that moves has to be let in where it goes, as a new one would be. */
async function requireAdmission(
  model: Model,
  ctx: CrudContext,
  tx: Transaction,
  before: AnyRow | null,
  wanted: Readonly<Record<string, unknown>>,
): Promise<void> {
  const moves = model.scope.columns.some((name) => name in wanted && wanted[name] !== before?.[name]);
  if (!moves) return;
  const admission = await model.scope.admit(ctx.principal, { ...before, ...wanted }, tx, placeOf(model, tx));
  if (admission.status !== "admitted") throw admission.status === "hidden" ? notFound() : forbidden();
  const { values } = admission;
  if (model.scope.columns.some((name) => name in wanted && values[name] !== wanted[name])) throw forbidden();
}

function definedOnly(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}
