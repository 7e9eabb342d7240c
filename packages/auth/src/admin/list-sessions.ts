import { and, count, eq, exists, inArray, or } from "drizzle-orm";

import type { AdminPage, AdminSession } from "@countersign/contract";
import { type Database, orderByKeyset, rowsAfterCursor, toPage } from "@countersign/db";

import { readProvidersOf } from "../oidc/providers-of.ts";
import { toSayableInstant } from "../sayable-instant.ts";
import { isRunning } from "../session/session-limits.ts";

import type { AdminContext } from "./admin-context.ts";
import type { AdminRows, AdminSessionQuery } from "./admin.ts";
import { contains } from "./contains.ts";

type SessionListContext = Pick<AdminContext, "db" | "providers">;

/** See `AdminSessions.list`. */
export async function listSessions(
  context: SessionListContext,
  query: AdminSessionQuery,
  now: Date,
): Promise<AdminPage<AdminSession> | null> {
  const page = await readSessionRows(context, query, now);
  if (page === null) return null;
  const { db } = context;
  const [all] = await db
    .select({ total: count() })
    .from(db.tables.sessions)
    .where(conditions(db, query, now));
  return { ...page, total: all?.total ?? 0 };
}

/** See `AdminSessions.rows`. */
export async function readSessionRows(
  { db, providers }: SessionListContext,
  query: AdminSessionQuery,
  now: Date,
): Promise<AdminRows<AdminSession> | null> {
  const { sessions } = db.tables;
  const date = query.order.endsWith("lastUsedAt") ? "lastUsedAt" : "createdAt";
  const keyset = { name: query.order, by: sessions[date], id: sessions.id };
  const after = rowsAfterCursor(keyset, query.cursor);
  if (after === null) return null;

  const { id, version, userId, createdAt, lastUsedAt, expiresAt, remember, ip, userAgent } = sessions;
  const found = await db
    .select({ id, version, userId, createdAt, lastUsedAt, expiresAt, remember, ip, userAgent })
    .from(sessions)
    .where(and(conditions(db, query, now), after))
    .orderBy(...orderByKeyset(keyset))
    .limit(query.limit + 1);
  const { rows, nextCursor } = toPage(keyset, query.limit, found, (row) => ({ value: row[date], id: row.id }));
  // Only for this page: to join all sessions with their users, and sort that, takes ten times as long.
  const usernames = await readUsernames(
    db,
    rows.map((row) => row.userId),
  );
  const providersOf = await readProvidersOf(
    db,
    providers,
    rows.map((row) => row.id),
  );
  const toRow = (row: Found) =>
    toSessionRow(row, { username: usernames.get(row.userId) ?? "", provider: providersOf.get(row.id) ?? null });
  return { rows: rows.map(toRow), nextCursor };
}

/** Sessions past their limits are not running, even if their rows have not been removed yet. */
function conditions(db: Database, { search, userId }: AdminSessionQuery, now: Date) {
  const { sessions, users } = db.tables;
  return and(
    isRunning(sessions, now),
    userId === undefined ? undefined : eq(sessions.userId, userId),
    search
      ? or(contains(search, { keys: [sessions.ip], texts: [sessions.userAgent] }, db.dialect), exists(named(search)))
      : undefined,
  );

  function named(text: string) {
    return db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, sessions.userId), contains(text, { keys: [users.usernameKey] }, db.dialect)));
  }
}

async function readUsernames(db: Database, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const { users } = db.tables;
  const rows = await db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(inArray(users.id, [...new Set(userIds)]));
  return new Map(rows.map(({ id, username }) => [id, username]));
}

type Found = Pick<
  Database["tables"]["sessions"]["$inferSelect"],
  "id" | "version" | "createdAt" | "lastUsedAt" | "expiresAt" | "remember" | "ip" | "userAgent" | "userId"
>;

/** Field by field: neither the token's hash nor a column added later gets out. */
function toSessionRow(row: Found, { username, provider }: Pick<AdminSession, "username" | "provider">): AdminSession {
  return {
    id: row.id,
    version: row.version,
    userId: row.userId,
    username,
    createdAt: toSayableInstant(row.createdAt),
    lastUsedAt: toSayableInstant(row.lastUsedAt),
    expiresAt: row.expiresAt.toISOString(),
    remember: row.remember,
    ip: row.ip,
    userAgent: row.userAgent,
    provider,
  };
}
