import { and, count, eq, exists, inArray } from "drizzle-orm";

import type { AdminGroupName, AdminPage, AdminUserRow } from "@countersign/contract";
import { type Database, type Keyset, orderByKeyset, rowsAfterCursor, toPage } from "@countersign/db";

import { toSayableInstant } from "../sayable-instant.ts";

import type { AdminRows, AdminUserQuery } from "./admin.ts";
import { contains } from "./contains.ts";

type Users = Database["tables"]["users"];

/** See `AdminUsers.list`. */
export async function listUsers(db: Database, query: AdminUserQuery): Promise<AdminPage<AdminUserRow> | null> {
  const page = await readUserRows(db, query);
  if (page === null) return null;
  const [all] = await db.select({ total: count() }).from(db.tables.users).where(conditions(db, query));
  return { ...page, total: all?.total ?? 0 };
}

/** See `AdminUsers.rows`. */
export async function readUserRows(db: Database, query: AdminUserQuery): Promise<AdminRows<AdminUserRow> | null> {
  const { users } = db.tables;
  const keyset = keysetOf(users, query.order);
  const after = rowsAfterCursor(keyset, query.cursor);
  if (after === null) return null;

  const found = await db
    .select(userColumns(users))
    .from(users)
    .where(and(conditions(db, query), after))
    .orderBy(...orderByKeyset(keyset))
    .limit(query.limit + 1);
  const value = (row: UserColumns) => (keyset.by === users.usernameKey ? row.usernameKey : row[dateOf(query.order)]);
  const { rows, nextCursor } = toPage(keyset, query.limit, found, (row) => ({ value: value(row), id: row.id }));
  // The users first, then their groups: a change in between raises the version, and the list is read again.
  const groupsOf = await readGroups(
    db,
    rows.map(({ id }) => id),
  );
  return { rows: rows.map((row) => toUserRow(row, groupsOf.get(row.id) ?? [])), nextCursor };
}

/** What of a user's row goes into a list: an allow-list. */
export function userColumns(users: Users) {
  const { id, username, usernameKey, email, emailVerifiedAt, firstName, lastName, locale, version } = users;
  const { isActive, isStaff, isSuperuser, createdAt, lastLoginAt } = users;
  const flags = { isActive, isStaff, isSuperuser };
  const names = { username, usernameKey, email, emailVerifiedAt, firstName, lastName, locale };
  return { id, ...names, ...flags, createdAt, lastLoginAt, version };
}

export type UserColumns = Pick<Users["$inferSelect"], keyof ReturnType<typeof userColumns>>;

export function toUserRow(row: UserColumns, groups: readonly AdminGroupName[]): AdminUserRow {
  return {
    id: row.id,
    version: row.version,
    username: row.username,
    email: row.email,
    emailVerified: row.emailVerifiedAt !== null,
    firstName: row.firstName,
    lastName: row.lastName,
    isActive: row.isActive,
    isStaff: row.isStaff,
    isSuperuser: row.isSuperuser,
    locale: row.locale,
    createdAt: toSayableInstant(row.createdAt),
    lastLoginAt: row.lastLoginAt && toSayableInstant(row.lastLoginAt),
    groups,
  };
}

/** The groups of these users, by name. */
export async function readGroups(
  db: Database,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, readonly AdminGroupName[]>> {
  if (userIds.length === 0) return new Map();
  const { groupMembers, groups } = db.tables;
  const rows = await db
    .select({ userId: groupMembers.userId, id: groups.id, name: groups.name })
    .from(groupMembers)
    .innerJoin(groups, eq(groups.id, groupMembers.groupId))
    .where(inArray(groupMembers.userId, [...userIds]))
    .orderBy(groups.name);
  const groupsOf = new Map<string, AdminGroupName[]>();
  for (const { userId, id, name } of rows) {
    const known = groupsOf.get(userId);
    if (known) known.push({ id, name });
    else groupsOf.set(userId, [{ id, name }]);
  }
  return groupsOf;
}

function keysetOf(users: Users, order: AdminUserQuery["order"]): Keyset {
  const by = order.endsWith("username") ? users.usernameKey : users[dateOf(order)];
  return { name: order, by, id: users.id };
}

function dateOf(order: AdminUserQuery["order"]): "createdAt" | "lastLoginAt" {
  return order.endsWith("lastLoginAt") ? "lastLoginAt" : "createdAt";
}

function conditions(db: Database, { search, id, isActive, isStaff, isSuperuser, groupId }: AdminUserQuery) {
  const { groupMembers, users } = db.tables;
  return and(
    search
      ? contains(
          search,
          { keys: [users.usernameKey, users.email], texts: [users.firstName, users.lastName] },
          db.dialect,
        )
      : undefined,
    id === undefined ? undefined : eq(users.id, id),
    isActive === undefined ? undefined : eq(users.isActive, isActive),
    isStaff === undefined ? undefined : eq(users.isStaff, isStaff),
    isSuperuser === undefined ? undefined : eq(users.isSuperuser, isSuperuser),
    groupId === undefined ? undefined : exists(membership()),
  );

  function membership() {
    return db
      .select({ userId: groupMembers.userId })
      .from(groupMembers)
      .where(and(eq(groupMembers.userId, users.id), eq(groupMembers.groupId, groupId ?? "")));
  }
}
