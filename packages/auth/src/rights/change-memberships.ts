import { and, eq, inArray } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

/**
 * Puts a user into groups and takes them out of others because somebody here has decided so: from then on no provider's claims
 * take back what was given, also where they had given it before. The caller has locked the groups, then the user; the triggers
 * raise the user's version.
 */
export async function changeMemberships(
  tx: Transaction,
  userId: string,
  { added = [], removed = [] }: { readonly added?: readonly string[]; readonly removed?: readonly string[] },
): Promise<void> {
  const { groupMembers, identities, identityGroups } = tx.tables;
  const changed = [...added, ...removed];
  if (changed.length === 0) return;
  const ofUser = eq(groupMembers.userId, userId);
  if (removed.length > 0) await tx.delete(groupMembers).where(and(ofUser, inArray(groupMembers.groupId, [...removed])));
  if (added.length > 0) {
    const rows = added.map((groupId) => ({ groupId, userId }));
    await tx.insert(groupMembers).values(rows).onConflictDoNothing();
  }
  const known = tx.select({ id: identities.id }).from(identities).where(eq(identities.userId, userId));
  await tx
    .delete(identityGroups)
    .where(and(inArray(identityGroups.identityId, known), inArray(identityGroups.groupId, changed)));
}
