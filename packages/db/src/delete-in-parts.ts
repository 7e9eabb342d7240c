import { inArray, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Transaction } from "./database.ts";

/** Some tens of milliseconds on SQLite, where nothing else runs meanwhile. */
const atOnce = 1000;

/**
 * Deletes the rows for which the condition holds, a part at a time, and lets the event loop go round between two parts: what
 * would be removed by a cascade in one statement keeps everybody waiting on SQLite when it is much. Part of the transaction: all
 * of them, or none.
 */
export async function deleteInParts(
  tx: Pick<Transaction, "select" | "delete">,
  table: PgTable & { readonly id: PgColumn },
  where: SQL | undefined,
): Promise<void> {
  for (;;) {
    const some = tx.select({ id: table.id }).from(table).where(where).limit(atOnce);
    const deleted = await tx.delete(table).where(inArray(table.id, some)).returning({ id: table.id });
    if (deleted.length < atOnce) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
