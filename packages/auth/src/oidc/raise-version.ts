import { eq, sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

/**
 * A user's ways in are none of the columns by which `users.version` rises by itself, and yet what open screens show of the user:
 * those of the user and of admins, on servers that learn of it from the database alone too.
 */
export async function raiseVersion(tx: Transaction, userId: string): Promise<void> {
  const { users } = tx.tables;
  await tx
    .update(users)
    .set({ version: sql`${users.version} + 1` })
    .where(eq(users.id, userId));
}
