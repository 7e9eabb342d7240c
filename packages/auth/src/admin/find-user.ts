import { and, count, eq } from "drizzle-orm";

import type { AdminUser } from "@countersign/contract";

import { isUsable } from "../password/unusable-password.ts";
import { isRunning } from "../session/session-limits.ts";

import type { AdminContext } from "./admin-context.ts";
import { readGroups, toUserRow } from "./list-users.ts";
import { readUserCan } from "./user-can.ts";
import { readAdminIdentities } from "./user-identities.ts";

/** See `AdminUsers.find`. */
export async function findUser(
  context: Pick<AdminContext, "clock" | "db" | "providers" | "settings">,
  id: string,
  viewerId: string | null,
): Promise<AdminUser | null> {
  const { clock, db } = context;
  const now = new Date(clock.now());
  const { groupMembers, groupPermissions, groups, sessions, userPermissions, users } = db.tables;
  // The user first, then what belongs to it: a change in between raises the version.
  const [row] = await db.select().from(users).where(eq(users.id, id));
  if (!row) return null;

  const groupsOf = await readGroups(db, [id]);
  const direct = await db
    .select({ permission: userPermissions.permission })
    .from(userPermissions)
    .where(eq(userPermissions.userId, id))
    .orderBy(userPermissions.permission);
  const inherited = await db
    .select({ permission: groupPermissions.permission, group: groups.name })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .innerJoin(groupPermissions, eq(groupPermissions.groupId, groups.id))
    .where(eq(groupMembers.userId, id))
    .orderBy(groupPermissions.permission, groups.name);
  const [running] = await db
    .select({ sessionCount: count() })
    .from(sessions)
    .where(and(eq(sessions.userId, id), isRunning(sessions, now)));
  return {
    ...toUserRow(row, groupsOf.get(id) ?? []),
    $can: await readUserCan(context, row, viewerId),
    hasPassword: isUsable(row.passwordHash),
    permissions: direct.map(({ permission }) => permission),
    inherited: gather(inherited),
    identities: await readAdminIdentities(context, row, viewerId),
    sessionCount: running?.sessionCount ?? 0,
  };
}

/** Each permission once, with all groups it comes through. */
function gather(rows: readonly { readonly permission: string; readonly group: string }[]): AdminUser["inherited"] {
  const groupsOf = Map.groupBy(rows, ({ permission }) => permission);
  return [...groupsOf].map(([permission, through]) => ({ permission, groups: through.map(({ group }) => group) }));
}
