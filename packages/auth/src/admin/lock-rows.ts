import { eq, inArray, or } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

/** Rows a change depends on, or touches. */
export interface RowsToLock {
  readonly groupIds?: readonly string[];
  readonly userIds: readonly string[];
  /** Everyone in this group as well: what the group gives changes for them. */
  readonly membersOf?: string;
  /** All superusers as well, so that no two changes take the last one away together. */
  readonly superusers?: boolean;
}

/**
 * Locks until the commit what a change depends on: groups first, then users, each in the order of their ids. All changes
 * that lock more than one take this order, so that no two of them wait for each other. On SQLite there is one writer.
 */
export async function lockRows(tx: Transaction, rows: RowsToLock): Promise<void> {
  if (tx.dialect === "sqlite") return;
  const { groups, groupMembers, users } = tx.tables;
  const groupIds = [...(rows.groupIds ?? []), ...(rows.membersOf === undefined ? [] : [rows.membersOf])];
  if (groupIds.length > 0) {
    const query = tx.select({ id: groups.id }).from(groups).where(inArray(groups.id, groupIds)).orderBy(groups.id);
    await forUpdate(tx, query);
  }

  const members =
    rows.membersOf === undefined
      ? undefined
      : inArray(
          users.id,
          tx.select({ userId: groupMembers.userId }).from(groupMembers).where(eq(groupMembers.groupId, rows.membersOf)),
        );
  const query = tx
    .select({ id: users.id })
    .from(users)
    .where(or(inArray(users.id, [...rows.userIds]), members, rows.superusers ? eq(users.isSuperuser, true) : undefined))
    .orderBy(users.id);
  await forUpdate(tx, query);
}
