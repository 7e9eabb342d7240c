import { and, eq, inArray } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { isLastSuperuser } from "../account/last-superuser.ts";
import { changeMemberships } from "../rights/change-memberships.ts";

import { holdsAll, holdsAllOf, isInAll } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminUsers } from "./admin.ts";
import { beyondOwnRights, changeUser, done, refused, unchanged } from "./make-change.ts";
import { refuseGive, refuseSetStaff, refuseSetSuperuser, refuseTake } from "./user-rules.ts";

/** See `AdminUsers.setPermissions`. */
export function setPermissions(
  context: AdminContext,
  call: AdminCall,
  { id, permissions, version }: Parameters<AdminUsers["setPermissions"]>[1],
): Promise<AdminOutcome> {
  const options = { action: "admin.user.set_permissions", userId: id, version, details: { permissions } } as const;
  return changeUser(context, call, options, async (tx, actor, target) => {
    const { userPermissions } = tx.tables;
    const ofUser = eq(userPermissions.userId, id);
    const rows = await tx.select({ permission: userPermissions.permission }).from(userPermissions).where(ofUser);
    const { added, removed } = compare(
      rows.map(({ permission }) => permission),
      permissions,
    );
    if (added.length === 0 && removed.length === 0) return unchanged;
    const details = { permissions, given: added, taken: removed };
    const unknown = added.filter((permission) => !context.permissions.has(permission));
    if (unknown.length > 0) return { outcome: { status: "invalid", fields: unknownPermissions(unknown) } };
    const mayGive = added.length === 0 || (refuseGive({ actor, target }) === null && holdsAll(actor, added));
    const facts = { holdsAll: await holdsAllOf(tx, actor, id) };
    const mayTake = removed.length === 0 || refuseTake(facts) === null;
    if (!mayGive || !mayTake) return { outcome: beyondOwnRights, details };

    if (removed.length > 0) {
      await tx.delete(userPermissions).where(and(ofUser, inArray(userPermissions.permission, removed)));
    }
    if (added.length > 0) {
      await tx.insert(userPermissions).values(added.map((permission) => ({ userId: id, permission })));
    }
    return { outcome: done, details };
  });
}

/** See `AdminUsers.setGroups`. */
export function setGroups(
  context: AdminContext,
  call: AdminCall,
  { id, groupIds, version }: Parameters<AdminUsers["setGroups"]>[1],
): Promise<AdminOutcome> {
  const options = {
    action: "admin.user.set_groups",
    userId: id,
    version,
    lock: { groupIds },
    details: async (_target: unknown, tx: Transaction) => ({ groups: await readNames(tx, groupIds) }),
  } as const;
  return changeUser(context, call, options, async (tx, actor, target) => {
    const { groupMembers, groups } = tx.tables;
    const wanted = [...new Set(groupIds)];
    const named = wanted.length === 0 ? [] : await tx.select().from(groups).where(inArray(groups.id, wanted));
    if (named.length < wanted.length) return { outcome: { status: "missing" } };

    const ofUser = eq(groupMembers.userId, id);
    const rows = await tx
      .select({ groupId: groupMembers.groupId, name: groups.name })
      .from(groupMembers)
      .innerJoin(groups, eq(groups.id, groupMembers.groupId))
      .where(ofUser);
    const { added, removed } = compare(
      rows.map(({ groupId }) => groupId),
      wanted,
    );
    if (added.length === 0 && removed.length === 0) return unchanged;
    const details = {
      groups: named.map(({ name }) => name),
      given: named.filter((group) => added.includes(group.id)).map(({ name }) => name),
      taken: rows.filter(({ groupId }) => removed.includes(groupId)).map(({ name }) => name),
    };
    const mayGive = added.length === 0 || (refuseGive({ actor, target }) === null && isInAll(actor, added));
    const facts = { holdsAll: await holdsAllOf(tx, actor, id) };
    const mayTake = removed.length === 0 || refuseTake(facts) === null;
    if (!mayGive || !mayTake) return { outcome: beyondOwnRights, details };

    await changeMemberships(tx, id, { added, removed });
    return { outcome: done, details };
  });
}

async function readNames(tx: Transaction, groupIds: readonly string[]): Promise<readonly string[]> {
  if (groupIds.length === 0) return [];
  const { groups } = tx.tables;
  const named = await tx
    .select({ name: groups.name })
    .from(groups)
    .where(inArray(groups.id, [...groupIds]));
  return named.map(({ name }) => name);
}

/** See `AdminUsers.setStaff`. */
export function setStaff(
  context: AdminContext,
  call: AdminCall,
  { id, value, version }: Parameters<AdminUsers["setStaff"]>[1],
): Promise<AdminOutcome> {
  const options = { action: "admin.user.set_staff", userId: id, version, details: { value } } as const;
  return changeUser(context, call, options, async (tx, actor, target) => {
    const { users } = tx.tables;
    if (value === target.isStaff) return unchanged;
    const refusal = refuseSetStaff({ actor, target }, value, { holdsAll: await holdsAllOf(tx, actor, id) });
    if (refusal !== null) return { outcome: refused(refusal) };

    await tx.update(users).set({ isStaff: value }).where(eq(users.id, id));
    return { outcome: done };
  });
}

/** See `AdminUsers.setSuperuser`. */
export function setSuperuser(
  context: AdminContext,
  call: AdminCall,
  { id, value, version }: Parameters<AdminUsers["setSuperuser"]>[1],
): Promise<AdminOutcome> {
  const options = { action: "admin.user.set_superuser", userId: id, version, details: { value } } as const;
  return changeUser(context, call, { ...options, lock: { superusers: true } }, async (tx, actor, target) => {
    const { users } = tx.tables;
    const isLast = !value && target.isSuperuser && (await isLastSuperuser(tx, id));
    const refusal = refuseSetSuperuser({ actor, target }, value, { isLastSuperuser: isLast });
    if (refusal !== null) return { outcome: refused(refusal) };
    if (value === target.isSuperuser) return unchanged;

    await tx.update(users).set({ isSuperuser: value }).where(eq(users.id, id));
    return { outcome: done };
  });
}

/** What has to be added and removed to get from one set to the other. */
export function compare(
  held: readonly string[],
  wanted: readonly string[],
): { readonly added: string[]; readonly removed: string[] } {
  const [before, after] = [new Set(held), new Set(wanted)];
  return {
    added: [...after].filter((name) => !before.has(name)),
    removed: [...before].filter((name) => !after.has(name)),
  };
}

export function unknownPermissions(unknown: readonly string[]): { readonly permissions: readonly string[] } {
  return { permissions: unknown.map((permission) => `There is no permission "${permission}".`) };
}
