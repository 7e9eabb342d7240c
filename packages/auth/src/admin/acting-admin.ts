import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

/** The rights of whoever makes a change, as they are in its transaction. */
export interface ActingAdmin {
  readonly id: string;
  readonly isSuperuser: boolean;
  /** Held directly or through groups. */
  readonly permissions: ReadonlySet<string>;
  readonly groupIds: ReadonlySet<string>;
}

/** Reads what a user holds. The user's row is locked, so none of it changes before the commit. */
export async function readActingAdmin(tx: Transaction, id: string): Promise<ActingAdmin> {
  const { groupMembers, groupPermissions, userPermissions, users } = tx.tables;
  const [user] = await tx.select({ isSuperuser: users.isSuperuser }).from(users).where(eq(users.id, id));
  const direct = await tx
    .select({ permission: userPermissions.permission })
    .from(userPermissions)
    .where(eq(userPermissions.userId, id));
  const ofGroups = await tx
    .select({ groupId: groupMembers.groupId, permission: groupPermissions.permission })
    .from(groupMembers)
    .leftJoin(groupPermissions, eq(groupPermissions.groupId, groupMembers.groupId))
    .where(eq(groupMembers.userId, id));
  return {
    id,
    isSuperuser: user?.isSuperuser ?? false,
    permissions: new Set([...direct, ...ofGroups].flatMap(({ permission }) => permission ?? [])),
    groupIds: new Set(ofGroups.map(({ groupId }) => groupId)),
  };
}

/** Does the admin hold all of these permissions, so that they may give them? */
export function holdsAll(actor: ActingAdmin, permissions: Iterable<string>): boolean {
  return actor.isSuperuser || [...permissions].every((permission) => actor.permissions.has(permission));
}

/** Guards may ask for a group by its name, so being in a group is a right of its own: whoever gives it has to be in it. */
export function isInAll(actor: ActingAdmin, groupIds: Iterable<string>): boolean {
  return actor.isSuperuser || [...groupIds].every((groupId) => actor.groupIds.has(groupId));
}

/** Does the admin hold whatever the other one holds? If not, to become the other one would raise the admin's rights. */
export function holdsAllOf(actor: ActingAdmin, other: ActingAdmin): boolean {
  if (actor.isSuperuser) return true;
  return !other.isSuperuser && holdsAll(actor, other.permissions) && isInAll(actor, other.groupIds);
}
