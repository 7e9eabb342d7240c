import { and, eq, inArray, sql } from "drizzle-orm";

import { type AdminGroup, fieldFaults } from "@countersign/contract";
import { type Transaction, UniqueViolation } from "@countersign/db";

import { findNameFault } from "../account/readable-name.ts";
import { toUsernameKey } from "../account/username.ts";
import { newId } from "../new-id.ts";

import { type ActingAdmin, holdsAll, isInAll } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import { adminTopic } from "./admin-topic.ts";
import type { AdminCall, AdminGroups, AdminOutcome } from "./admin.ts";
import { findGroup } from "./list-groups.ts";
import { beyondOwnRights, done, makeChange, unchanged } from "./make-change.ts";
import { compare, unknownPermissions } from "./user-rights.ts";

/** See `AdminGroups.create`. */
export async function createGroup(
  context: AdminContext,
  call: AdminCall,
  input: Parameters<AdminGroups["create"]>[1],
): Promise<AdminOutcome<{ readonly id: string }>> {
  const name = parseGroupName(input.name);
  if ("fault" in name) return { status: "invalid", fields: { name: [name.fault] } };
  const permissions = [...new Set(input.permissions)];
  const unknown = permissions.filter((permission) => !context.permissions.has(permission));
  if (unknown.length > 0) return { status: "invalid", fields: unknownPermissions(unknown) };

  const id = newId();
  const options = { action: "admin.group.create", lock: { userIds: [] } } as const;
  return refuseTakenName(() =>
    makeChange<{ readonly id: string }>(context, call, options, async (tx, actor) => {
      const details = { group: name.value, groupId: id, permissions };
      if (!holdsAll(actor, permissions)) return { outcome: beyondOwnRights, details };
      if (await isTaken(tx, name.value)) return { outcome: nameTaken };

      const { groupPermissions, groups } = tx.tables;
      await tx.insert(groups).values({ id, name: name.value, createdAt: new Date(context.clock.now()) });
      await addPermissions(tx, groupPermissions, id, permissions);
      tellAfterCommit(context, tx, []);
      return { outcome: { status: "done", id }, details };
    }),
  );
}

/** See `AdminGroups.update`. */
export async function updateGroup(
  context: AdminContext,
  call: AdminCall,
  input: Parameters<AdminGroups["update"]>[1],
): Promise<AdminOutcome> {
  const { id, version } = input;
  const name = input.name === undefined ? null : parseGroupName(input.name);
  if (name !== null && "fault" in name) return { status: "invalid", fields: { name: [name.fault] } };

  const options = { action: "admin.group.update", lock: { userIds: [], membersOf: id } } as const;
  return refuseTakenName(() =>
    makeChange(context, call, options, async (tx, actor) => {
      const { groupPermissions, groups } = tx.tables;
      const group = await findGroup(tx, id);
      if (!group) return { outcome: { status: "missing" } };
      if (group.version !== version) return { outcome: { status: "stale" } };

      const { added, removed } = compare(group.permissions, input.permissions ?? group.permissions);
      // Guards may ask for a group by its name: another name gives its members another right.
      const renames = name !== null && name.value !== group.name;
      if (!renames && added.length === 0 && removed.length === 0) return unchanged;
      const permissions = input.permissions ?? group.permissions;
      const rename = renames ? { newName: name.value } : {};
      const details = { group: group.name, groupId: id, ...rename, permissions, given: added, taken: removed };
      const unknown = added.filter((permission) => !context.permissions.has(permission));
      if (unknown.length > 0) return { outcome: { status: "invalid", fields: unknownPermissions(unknown) } };
      const mayRename = !renames || actor.isSuperuser || group.memberCount === 0;
      const mayTake = removed.length === 0 || holdsAllOfGroup(actor, group);
      if (!mayRename || !mayTake || !holdsAll(actor, added)) return { outcome: beyondOwnRights, details };

      if (renames && (await isTaken(tx, name.value, id))) return { outcome: nameTaken };

      const members = await findMembers(tx, id);
      if (renames) await tx.update(groups).set({ name: name.value }).where(eq(groups.id, id));
      if (removed.length > 0) {
        const gone = and(eq(groupPermissions.groupId, id), inArray(groupPermissions.permission, removed));
        await tx.delete(groupPermissions).where(gone);
      }
      await addPermissions(tx, groupPermissions, id, added);
      tellAfterCommit(context, tx, members);
      return { outcome: done, details };
    }),
  );
}

/** See `AdminGroups.remove`. */
export function removeGroup(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  const options = { action: "admin.group.remove", lock: { userIds: [], membersOf: id } } as const;
  return makeChange(context, call, options, async (tx, actor) => {
    const { groups } = tx.tables;
    const group = await findGroup(tx, id);
    if (!group) return { outcome: { status: "missing" } };
    const details = { group: group.name, groupId: id, permissions: group.permissions, count: group.memberCount };
    if (!holdsAllOfGroup(actor, group)) return { outcome: beyondOwnRights, details };

    const members = await findMembers(tx, id);
    await tx.delete(groups).where(eq(groups.id, id));
    tellAfterCommit(context, tx, members);
    return { outcome: done, details };
  });
}

/** Does the admin hold what being in this group gives? That somebody is in it is a right as well. */
function holdsAllOfGroup(actor: ActingAdmin, group: AdminGroup): boolean {
  return holdsAll(actor, group.permissions) && (group.memberCount === 0 || isInAll(actor, [group.id]));
}

async function findMembers(tx: Transaction, groupId: string): Promise<readonly string[]> {
  const { groupMembers } = tx.tables;
  const ofGroup = eq(groupMembers.groupId, groupId);
  const rows = await tx.select({ userId: groupMembers.userId }).from(groupMembers).where(ofGroup);
  return rows.map(({ userId }) => userId);
}

async function addPermissions(
  tx: Transaction,
  groupPermissions: Transaction["tables"]["groupPermissions"],
  groupId: string,
  added: readonly string[],
): Promise<void> {
  if (added.length === 0) return;
  await tx.insert(groupPermissions).values(added.map((permission) => ({ groupId, permission })));
}

function tellAfterCommit({ bus }: AdminContext, tx: Transaction, members: readonly string[]): void {
  tx.afterCommit(() => {
    bus.publish({ kind: "topic", topic: adminTopic.groups });
    for (const userId of members) bus.publish({ kind: "user", userId });
  });
}

const nameTaken = {
  status: "invalid",
  fields: { name: ["There is a group with this name already."] },
} as const satisfies AdminOutcome;

/** Another group was made with the very name since the look, not by an admin. */
async function refuseTakenName<Done extends object>(
  change: () => Promise<AdminOutcome<Done>>,
): Promise<AdminOutcome<Done>> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    return nameTaken;
  }
}

/**
 * Is there another group whose name reads the same? The database knows only whether it is spelt the same. One change of names
 * at a time, until the commit; there are few groups.
 */
async function isTaken(tx: Transaction, name: string, ownId: string | null = null): Promise<boolean> {
  const { groups } = tx.tables;
  if (tx.dialect === "postgres") {
    await tx.select({ taken: sql`1` }).from(sql`pg_advisory_xact_lock(hashtext('countersign_group_names'))`);
  }
  const all = await tx.select({ id: groups.id, name: groups.name }).from(groups);
  const key = toUsernameKey(name);
  return all.some((group) => group.id !== ownId && toUsernameKey(group.name) === key);
}

const longestGroupName = 100;

/** The rules are those of usernames: who puts others into a group must see which one it is. */
function parseGroupName(raw: string): { readonly value: string } | { readonly fault: string } {
  const value = raw.normalize("NFKC").trim().replaceAll(/ {2,}/g, " ");
  if (value === "") return { fault: fieldFaults.groupNameMissing };
  if (Array.from(value).length > longestGroupName)
    return { fault: `Too long: at most ${longestGroupName} characters.` };
  const fault = findNameFault(raw);
  return fault === null ? { value } : { fault };
}
