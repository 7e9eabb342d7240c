import { and, count, eq, inArray } from "drizzle-orm";

import type { AdminGroup, AdminPage } from "@countersign/contract";
import { type Transaction, orderByKeyset, rowsAfterCursor, toPage } from "@countersign/db";

import { toSayableInstant } from "../sayable-instant.ts";

import type { AdminGroupQuery, AdminRows } from "./admin.ts";
import { contains } from "./contains.ts";
import { contentVersion } from "./content-version.ts";

/** The database, or a transaction. */
type Reader = Pick<Transaction, "dialect" | "select" | "tables">;
type GroupRow = Transaction["tables"]["groups"]["$inferSelect"];

/** See `AdminGroups.list`. */
export async function listGroups(db: Reader, query: AdminGroupQuery): Promise<AdminPage<AdminGroup> | null> {
  const page = await readGroupRows(db, query);
  if (page === null) return null;
  const { groups } = db.tables;
  const [all] = await db.select({ total: count() }).from(groups).where(conditions(db, query));
  return { ...page, total: all?.total ?? 0 };
}

/** See `AdminGroups.rows`. */
export async function readGroupRows(db: Reader, query: AdminGroupQuery): Promise<AdminRows<AdminGroup> | null> {
  const { groups } = db.tables;
  const keyset = { name: "name", by: groups.name, id: groups.id };
  const after = rowsAfterCursor(keyset, query.cursor);
  if (after === null) return null;

  const found = await db
    .select()
    .from(groups)
    .where(and(conditions(db, query), after))
    .orderBy(...orderByKeyset(keyset))
    .limit(query.limit + 1);
  const page = toPage(keyset, query.limit, found, (row) => ({ value: row.name, id: row.id }));
  return { rows: await toGroups(db, page.rows), nextCursor: page.nextCursor };
}

function conditions({ tables, dialect }: Reader, { search }: AdminGroupQuery) {
  return search ? contains(search, { texts: [tables.groups.name] }, dialect) : undefined;
}

/** See `AdminGroups.find`. */
export async function findGroup(db: Reader, id: string): Promise<AdminGroup | null> {
  const { groups } = db.tables;
  const [group] = await toGroups(db, await db.select().from(groups).where(eq(groups.id, id)));
  return group ?? null;
}

/** The rows with what their members may do, and how many there are. */
async function toGroups(db: Reader, rows: readonly GroupRow[]): Promise<AdminGroup[]> {
  if (rows.length === 0) return [];
  const { groupMembers, groupPermissions } = db.tables;
  const ids = rows.map(({ id }) => id);
  const permissions = await db
    .select()
    .from(groupPermissions)
    .where(inArray(groupPermissions.groupId, ids))
    .orderBy(groupPermissions.permission);
  const counts = await db
    .select({ groupId: groupMembers.groupId, members: count() })
    .from(groupMembers)
    .where(inArray(groupMembers.groupId, ids))
    .groupBy(groupMembers.groupId);
  const permissionsOf = Map.groupBy(permissions, ({ groupId }) => groupId);
  const countOf = new Map(counts.map(({ groupId, members }) => [groupId, members]));
  return rows.map(({ id, name, createdAt }) => {
    const held = (permissionsOf.get(id) ?? []).map(({ permission }) => permission);
    const memberCount = countOf.get(id) ?? 0;
    const version = contentVersion(name, held, memberCount);
    return { id, version, name, createdAt: toSayableInstant(createdAt), permissions: held, memberCount };
  });
}
