import type { Transaction } from "./database.ts";

/**
 * Reads rows and locks them until the transaction ends, for a change that depends on what was read. On SQLite nothing is
 * to be locked: the transaction is the only writer from its beginning on.
 *
 * `const [note] = await forUpdate(tx, tx.select().from(notes).where(eq(notes.id, id)))`
 */
export async function forUpdate<Rows>(
  tx: Pick<Transaction, "dialect">,
  query: PromiseLike<Rows> & { for(strength: "update"): unknown },
): Promise<Rows> {
  if (tx.dialect === "sqlite") return query;
  // `for` answers with the same query, of a type that has no `for` any more.
  return query.for("update") as PromiseLike<Rows>;
}
