import { and, eq, or } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

/**
 * Is this user the only active superuser, whom nobody may demote, switch off or delete? The user and all active superusers
 * stay locked until the commit: of two that are about to go at once, the second is asked when the first is gone. Ask before
 * any other user is locked: users are locked in the order of their ids everywhere (`lockRows`).
 */
export async function isLastSuperuser(tx: Transaction, userId: string): Promise<boolean> {
  const { users } = tx.tables;
  const isSuperuser = and(eq(users.isSuperuser, true), eq(users.isActive, true));
  const locked = await forUpdate(
    tx,
    tx
      .select({ id: users.id, isSuperuser: users.isSuperuser, isActive: users.isActive })
      .from(users)
      .where(or(eq(users.id, userId), isSuperuser))
      .orderBy(users.id),
  );
  const superusers = locked.filter((user) => user.isSuperuser && user.isActive);
  return superusers.length === 1 && superusers[0]?.id === userId;
}
