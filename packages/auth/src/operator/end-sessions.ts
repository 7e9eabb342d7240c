import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import type { OperatorContext } from "./operator-context.ts";

/** See `Operator.endSession`. */
export async function endSession(context: OperatorContext, sessionId: string): Promise<boolean> {
  const { db, sessions, audit, actor } = context;
  const { sessions: table } = db.tables;
  const [session] = await db.select({ userId: table.userId }).from(table).where(eq(table.id, sessionId));
  if (!session) return false;

  return db.transaction(async (tx) => {
    const subject = await lockUser(tx, session.userId);
    if (subject === null) return false;
    const ended = await sessions.end(tx, { userId: subject.id, sessionId }, "ended");
    if (ended.length === 0) return false;
    const details = { session: sessionId };
    await audit.recordIn(tx, { action: "admin.session.end", outcome: "ok", actor, subject, details });
    return true;
  });
}

/** See `Operator.endSessions`. */
export function endSessions(context: OperatorContext, userId: string): Promise<number> {
  const { db, sessions, audit, actor } = context;
  return db.transaction(async (tx) => {
    const subject = await lockUser(tx, userId);
    if (subject === null) return 0;
    const ended = await sessions.end(tx, { userId }, "ended");
    const details = { count: ended.length };
    await audit.recordIn(tx, { action: "admin.user.end_sessions", outcome: "ok", actor, subject, details });
    return ended.length;
  });
}

/** See `Operator.endSessionsFrom`. User by user, as all of them: a sign-in that has begun is waited for. */
export async function endSessionsFrom(
  { db, sessions, audit, actor }: OperatorContext,
  provider: string,
): Promise<number> {
  const { providerSessions, sessions: table } = db.tables;
  const isFrom = eq(providerSessions.provider, provider);
  const holders = await db
    .selectDistinct({ userId: table.userId })
    .from(table)
    .innerJoin(providerSessions, eq(providerSessions.sessionId, table.id))
    .where(isFrom);
  let count = 0;
  for (const { userId } of holders) {
    count += await db.transaction(async (tx) => {
      const subject = await lockUser(tx, userId);
      if (subject === null) return 0;
      const found = await tx
        .select({ id: table.id })
        .from(table)
        .innerJoin(providerSessions, eq(providerSessions.sessionId, table.id))
        .where(and(eq(table.userId, userId), isFrom))
        .orderBy(table.id);
      let ended = 0;
      for (const { id } of found) ended += (await sessions.end(tx, { userId, sessionId: id }, "ended")).length;
      const details = { provider, count: ended };
      await audit.recordIn(tx, { action: "admin.user.end_sessions", outcome: "ok", actor, subject, details });
      return ended;
    });
  }
  return count;
}

/** See `Operator.endAllSessions`. User by user, so that the server's own writes get their turn in between. */
export async function endAllSessions(context: OperatorContext): Promise<number> {
  const { sessions } = context.db.tables;
  const holders = await context.db.selectDistinct({ userId: sessions.userId }).from(sessions);
  let ended = 0;
  for (const { userId } of holders) ended += await endSessions(context, userId);
  return ended;
}

/** The user, locked before the sessions, which is the order everywhere. A sign-in that has begun is waited for, and found. */
async function lockUser(tx: Transaction, userId: string): Promise<{ id: string; name: string } | null> {
  const { users } = tx.tables;
  const query = tx.select({ id: users.id, name: users.username }).from(users).where(eq(users.id, userId));
  const [user] = await forUpdate(tx, query);
  return user ?? null;
}
