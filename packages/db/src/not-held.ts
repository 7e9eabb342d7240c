import type { Database } from "./database.ts";

/**
 * Of the rows that a query finds those which no transaction holds, for a statement that clears away: it waits for nobody, and
 * who holds several of them does not wait for it in turn. What is held is left for the next time. On SQLite there is one writer.
 *
 * `db.delete(notes).where(inArray(notes.id, notHeld(db, db.select({ id: notes.id }).from(notes).where(isOver))))`
 */
export function notHeld<Query extends { for(strength: "update", config: { readonly skipLocked: true }): unknown }>(
  db: Pick<Database, "dialect">,
  query: Query,
): Query {
  if (db.dialect === "sqlite") return query;
  // The cast: `for` answers with the same query, of a type that has no `for` any more.
  return query.for("update", { skipLocked: true }) as Query;
}
