import { inArray, type SQL } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";

import type { Transaction } from "./database.ts";

/**
 * Some tens of milliseconds on SQLite, where nothing else runs meanwhile. On Postgres everybody else goes on, and each part
 * searches past all rows that those before it have deleted: there they are few.
 */
const atOnce = { sqlite: 1000, postgres: 10_000 } as const;

/**
 * Deletes the rows for which the condition holds, a part at a time, and lets the event loop go round between two parts: what
 * would be removed by a cascade in one statement keeps everybody waiting on SQLite when it is much. Part of the transaction: all
 * of them, or none.
 */
export async function deleteInParts(
  tx: Pick<Transaction, "dialect" | "select" | "delete">,
  table: PgTable & { readonly id: PgColumn },
  where: SQL | undefined,
): Promise<void> {
  const most = atOnce[tx.dialect];
  for (;;) {
    const some = tx.select({ id: table.id }).from(table).where(where).limit(most);
    const deleted = await tx.delete(table).where(inArray(table.id, some)).returning({ id: table.id });
    if (deleted.length < most) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}
