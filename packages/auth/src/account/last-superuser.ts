import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

/**
 * Is this user the only active superuser, whom nobody may demote, switch off or delete? All active superusers stay locked
 * until the commit: of two that are about to go at once, the second is asked when the first is gone. Ask before other users
 * are locked: superusers are locked in the order of their ids everywhere.
 */
export async function isLastSuperuser(tx: Transaction, userId: string): Promise<boolean> {
  const { users } = tx.tables;
  const superusers = await forUpdate(
    tx,
    tx
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.isSuperuser, true), eq(users.isActive, true)))
      .orderBy(users.id),
  );
  return superusers.length === 1 && superusers[0]?.id === userId;
}
