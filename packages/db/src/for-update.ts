import type { Transaction } from "./database.ts";

/**
 * Locks the rows that a query of the transaction reads until it ends, for a change that depends on what was read. On
 * SQLite nothing is to be done: the transaction is the only writer from its first statement on.
 *
 * `const [note] = await forUpdate(tx, tx.select().from(notes).where(eq(notes.id, id)))`
 */
export function forUpdate<Query extends { for(strength: "update"): Locked }, Locked>(
  tx: Pick<Transaction, "dialect">,
  query: Query,
): Query | Locked {
  return tx.dialect === "postgres" ? query.for("update") : query;
}
