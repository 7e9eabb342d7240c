import { eq, sql } from "drizzle-orm";

import type { Bus } from "@countersign/bus";
import type { Database, Transaction } from "@countersign/db";

/**
 * Says that something about the user has changed which the library cannot see: a row of the app's own that the snapshot's
 * fields, a policy or a live list depend on. Everything the user has open is read again, on every replica, and the
 * snapshot's version rises. Changes of the library's own tables need no touch, whoever makes them.
 */
export async function touchUser(place: { readonly db: Database; readonly bus: Bus }, userId: string): Promise<void> {
  await place.db.transaction((tx) => touchUserIn(tx, place.bus, userId));
}

/** The same as part of a transaction: told after the commit, and never when it rolls back. */
export async function touchUserIn(tx: Transaction, bus: Bus, userId: string): Promise<void> {
  const { users } = tx.tables;
  await tx
    .update(users)
    .set({ version: sql`${users.version} + 1` })
    .where(eq(users.id, userId));
  tx.afterCommit(() => bus.publish({ kind: "user", userId }));
}
