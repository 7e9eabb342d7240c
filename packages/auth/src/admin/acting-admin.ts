import { eq } from "drizzle-orm";

import type { Database } from "@countersign/db";

/** The database, or a transaction. */
type Reader = Pick<Database, "select" | "tables">;

/** The rights of whoever makes a change, as they are in its transaction. */
export interface ActingAdmin {
  readonly id: string;
  readonly isSuperuser: boolean;
  /** Held directly or through groups. */
  readonly permissions: ReadonlySet<string>;
  readonly groupIds: ReadonlySet<string>;
}

/** Reads what a user holds. In a change the user's row is locked, so none of it changes before the commit. */
export async function readActingAdmin(tx: Reader, id: string): Promise<ActingAdmin> {
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

/**
 * Does the admin hold whatever this user holds? What sleeps counts as well: the permissions of somebody who is switched
 * off, or of no staff. If not, to become this user, or to wake what sleeps, would raise rights beyond the admin's; and to
 * take something away would make the user one whom the admin may become.
 */
export async function holdsAllOf(tx: Reader, actor: ActingAdmin, userId: string): Promise<boolean> {
  if (actor.isSuperuser || userId === actor.id) return true;
  const other = await readActingAdmin(tx, userId);
  return !other.isSuperuser && holdsAll(actor, other.permissions) && isInAll(actor, other.groupIds);
}
