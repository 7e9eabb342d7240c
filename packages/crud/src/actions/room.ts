import { eq, sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";
import { CallError } from "@countersign/rpc";

import { type Model, placeOf } from "../definition/model.ts";
import { columnOf } from "../scope/column.ts";

/**
 * Is there room for another row with these values? Counted one at a time, whoever adds them and wherever: the next one counts
 * after the commit of this.
 *
 * @throws FORBIDDEN (`QUOTA_REACHED`)
 */
export async function requireRoom(
  model: Model,
  values: Readonly<Record<string, unknown>>,
  tx: Transaction,
): Promise<void> {
  if (model.quota === null) return;
  const { table } = placeOf(model, tx);
  const { of, rows } = model.quota;
  await holdCount(model, String(values[of]), tx);
  const held = await tx.$count(table, eq(columnOf(table, of), values[of]));
  if (held < rows) return;
  const cure = model.removedAt === null ? "Remove some first." : "Remove some first, and purge them from the bin.";
  throw new CallError("FORBIDDEN", `There is room for ${rows.toLocaleString("en")}. ${cure}`, {
    reason: "QUOTA_REACHED",
  });
}

/** Until the commit. On SQLite there is one writer anyway. */
async function holdCount({ tableName }: Model, value: string, tx: Transaction): Promise<void> {
  if (tx.dialect === "sqlite") return;
  const name = `quota:${tableName}:${value}`;
  await tx.select({ held: sql`pg_advisory_xact_lock(hashtextextended(${name}, 0))` }).from(sql`(select 1) as once`);
}
