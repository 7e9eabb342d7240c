import { and, count, eq, gt, or } from "drizzle-orm";

import type { AdminPage, AdminSession } from "@countersign/contract";
import type { Database } from "@countersign/db";

import type { AdminSessionQuery } from "./admin.ts";
import { contains } from "./contains.ts";
import { orderOf, rowsAfter, toPage } from "./keyset-page.ts";

/** See `AdminSessions.list`. Sessions past their limits are not running, even if their rows have not been removed yet. */
export async function listSessions(
  db: Database,
  query: AdminSessionQuery,
  now: Date,
): Promise<AdminPage<AdminSession> | null> {
  const { sessions, users } = db.tables;
  const date = query.order.endsWith("lastUsedAt") ? "lastUsedAt" : "createdAt";
  const keyset = { name: query.order, by: sessions[date], id: sessions.id };
  const after = rowsAfter(keyset, query.cursor);
  if (after === null) return null;

  const { search, userId } = query;
  const wanted = and(
    gt(sessions.expiresAt, now),
    gt(sessions.absoluteExpiresAt, now),
    userId === undefined ? undefined : eq(sessions.userId, userId),
    search ? or(contains(search, [users.usernameKey, sessions.ip, sessions.userAgent])) : undefined,
  );
  const { id, version, createdAt, lastUsedAt, expiresAt, remember, ip, userAgent } = sessions;
  const columns = { id, version, createdAt, lastUsedAt, expiresAt, remember, ip, userAgent };
  const found = await db
    .select({ ...columns, userId: users.id, username: users.username })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(and(wanted, after))
    .orderBy(...orderOf(keyset))
    .limit(query.limit + 1);
  const page = toPage(keyset, query.limit, found, (row) => ({ value: row[date], id: row.id }));
  const [all] = await db
    .select({ total: count() })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(wanted);
  return { rows: page.rows.map(toSessionRow), nextCursor: page.nextCursor, total: all?.total ?? 0 };
}

type Found = Pick<
  Database["tables"]["sessions"]["$inferSelect"],
  "id" | "version" | "createdAt" | "lastUsedAt" | "expiresAt" | "remember" | "ip" | "userAgent" | "userId"
> & { readonly username: string };

function toSessionRow(row: Found): AdminSession {
  return {
    id: row.id,
    version: row.version,
    userId: row.userId,
    username: row.username,
    createdAt: row.createdAt.toISOString(),
    lastUsedAt: row.lastUsedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    remember: row.remember,
    ip: row.ip,
    userAgent: row.userAgent,
  };
}
