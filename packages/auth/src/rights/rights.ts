import { and, eq, notInArray } from "drizzle-orm";

import type { Bus } from "@countersign/bus";
import { type Database, forUpdate, type Transaction } from "@countersign/db";

import { adminTopic } from "../admin/admin-topic.ts";
import { lockRows } from "../admin/lock-rows.ts";
import type { Rights } from "../auth.ts";
import type { Clock } from "../clock.ts";
import { newId } from "../new-id.ts";

import { changeMemberships } from "./change-memberships.ts";

interface RightsOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly permissions: readonly string[];
}

/** Changes of rights. The database's triggers raise the versions of the users concerned in the same transaction. */
export function createRights({ db, bus, clock, permissions }: RightsOptions): Rights {
  const declared = new Set(permissions);
  const { users, userPermissions, groups, groupMembers, groupPermissions } = db.tables;

  function requireDeclared(permission: string): void {
    if (declared.has(permission)) return;
    throw new Error(
      `Permission "${permission}" is not declared. Add it to definePermissions, or correct it: ${[...declared].join(", ")}.`,
    );
  }

  function tellAfterCommit(tx: Transaction, userIds: readonly string[]): void {
    tx.afterCommit(() => {
      bus.publish({ kind: "topic", topic: adminTopic.groups });
      for (const userId of userIds) bus.publish({ kind: "user", userId });
    });
  }

  return {
    async grant(userId, permission) {
      requireDeclared(permission);
      return db.transaction(async (tx) => {
        if (!(await hasUser(tx, userId))) return false;
        await tx.insert(userPermissions).values({ userId, permission }).onConflictDoNothing();
        tellAfterCommit(tx, [userId]);
        return true;
      });
    },

    async withdraw(userId, permission) {
      return db.transaction(async (tx) => {
        if (!(await hasUser(tx, userId))) return false;
        const held = and(eq(userPermissions.userId, userId), eq(userPermissions.permission, permission));
        const removed = await tx.delete(userPermissions).where(held).returning({ userId: userPermissions.userId });
        // What was declared once can still be taken away; a name nobody ever declared is a slip that would leave it held.
        if (removed.length === 0) requireDeclared(permission);
        tellAfterCommit(tx, [userId]);
        return true;
      });
    },

    async setGroup(name, wanted) {
      requireGroupName(name);
      for (const permission of wanted) requireDeclared(permission);
      return db.transaction(async (tx) => {
        await tx
          .insert(groups)
          .values({ id: newId(), name, createdAt: new Date(clock.now()) })
          .onConflictDoNothing();
        const groupId = await findGroup(tx, name);
        if (groupId === null) throw new Error(`Group "${name}" was removed while it was being set. Set it again.`);

        const members = await findMembers(tx, groupId);
        const held = eq(groupPermissions.groupId, groupId);
        await tx
          .delete(groupPermissions)
          .where(wanted.length === 0 ? held : and(held, notInArray(groupPermissions.permission, [...wanted])));
        if (wanted.length > 0) {
          const rows = wanted.map((permission) => ({ groupId, permission }));
          await tx.insert(groupPermissions).values(rows).onConflictDoNothing();
        }
        tellAfterCommit(tx, members);
        return groupId;
      });
    },

    async removeGroup(name) {
      return db.transaction(async (tx) => {
        const groupId = await findGroup(tx, name);
        if (groupId === null) return false;
        // Its members before it takes them with it: whoever is locked may be giving up a membership at this moment.
        await lockRows(tx, { userIds: [], membersOf: groupId });
        const members = await findMembers(tx, groupId);
        await tx.delete(groups).where(eq(groups.id, groupId));
        tellAfterCommit(tx, members);
        return true;
      });
    },

    async addToGroup(userId, group) {
      return db.transaction(async (tx) => {
        const groupId = await findGroup(tx, group);
        if (groupId === null || !(await hasUser(tx, userId))) return false;
        await changeMemberships(tx, userId, { added: [groupId] });
        tellAfterCommit(tx, [userId]);
        return true;
      });
    },

    async removeFromGroup(userId, group) {
      return db.transaction(async (tx) => {
        const groupId = await findGroup(tx, group);
        if (groupId === null || !(await hasUser(tx, userId))) return false;
        await changeMemberships(tx, userId, { removed: [groupId] });
        tellAfterCommit(tx, [userId]);
        return true;
      });
    },
  };

  // What is found is held until the commit, so that two changes of one group come one after the other, and no user is
  // deleted in between.

  async function hasUser(tx: Transaction, userId: string): Promise<boolean> {
    const found = await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, userId)));
    return found.length > 0;
  }

  async function findGroup(tx: Transaction, name: string): Promise<string | null> {
    const [group] = await forUpdate(tx, tx.select({ id: groups.id }).from(groups).where(eq(groups.name, name)));
    return group?.id ?? null;
  }

  async function findMembers(tx: Transaction, groupId: string): Promise<readonly string[]> {
    const members = await tx
      .select({ userId: groupMembers.userId })
      .from(groupMembers)
      .where(eq(groupMembers.groupId, groupId));
    return members.map(({ userId }) => userId);
  }
}

const longestGroupName = 100;

function requireGroupName(name: string): void {
  if (name.trim() === name && name !== "" && name.length <= longestGroupName && !/\p{C}/u.test(name)) return;
  throw new Error(
    `"${name}" can't be a group's name. Use 1 to ${longestGroupName} visible characters, without blanks at the ends.`,
  );
}
