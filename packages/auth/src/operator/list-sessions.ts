import { and, count, desc, eq } from "drizzle-orm";

import { isRunning } from "../session/session-limits.ts";

import type { OperatorContext } from "./operator-context.ts";
import type { Operator } from "./operator.ts";

/** See `Operator.listSessions`. */
export async function listSessions(
  { db, clock }: OperatorContext,
  { userId, limit }: Parameters<Operator["listSessions"]>[0],
): ReturnType<Operator["listSessions"]> {
  const { sessions, users } = db.tables;
  const now = new Date(clock.now());
  const isWanted = and(
    isRunning(sessions, now),
    eq(users.isActive, true),
    userId === undefined ? undefined : eq(sessions.userId, userId),
  );
  // Column by column: the hash of the token stays where it is.
  const items = await db
    .select({
      id: sessions.id,
      userId: sessions.userId,
      username: users.username,
      createdAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
      authenticatedAt: sessions.authenticatedAt,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      remember: sessions.remember,
      ip: sessions.ip,
      userAgent: sessions.userAgent,
      impersonatedBy: sessions.impersonatedBy,
      version: sessions.version,
    })
    .from(sessions)
    .innerJoin(users, eq(users.id, sessions.userId))
    .where(isWanted)
    .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
    .limit(limit);
  return { items, total: await countSessions() };

  async function countSessions(): Promise<number> {
    const [counted] = await db
      .select({ total: count() })
      .from(sessions)
      .innerJoin(users, eq(users.id, sessions.userId))
      .where(isWanted);
    return counted?.total ?? 0;
  }
}
