import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

/**
 * Is this user the only active superuser? All superusers are locked until the commit, so that of two who would leave
 * together the second finds out. Ask before the change that takes one away: demotion, switching off, removal.
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
