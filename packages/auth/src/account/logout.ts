import { eq } from "drizzle-orm";

import { DatabaseUnavailable } from "@countersign/db";

import type { Accounts } from "../auth.ts";
import { isMeantBy } from "../session/presented-token.ts";
import type { SessionOrigin } from "../session/session-engine.ts";

import type { AccountContext } from "./account-context.ts";

/** Sign-outs that wait for the database at most. Each was answered as pending, so none is promised. */
const mostPending = 10_000;
const nowhere: SessionOrigin = { ip: null, userAgent: null };
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** See `Accounts.logout`. */
export function createLogout(context: AccountContext): Accounts["logout"] {
  const pending = new Map<string, SessionOrigin>();
  let retryMs = firstRetryMs;

  async function retry(): Promise<void> {
    for (const [tokenHash, from] of pending) {
      try {
        await endSession(context, tokenHash, from);
        pending.delete(tokenHash);
        retryMs = firstRetryMs;
      } catch (error) {
        retryMs = Math.min(retryMs * 2, longestRetryMs);
        context.onError(error);
        break;
      }
    }
    if (pending.size > 0) retryLater();
  }

  function retryLater(): void {
    setTimeout(() => void retry(), retryMs).unref();
  }

  return async (tokenHash, from = nowhere) => {
    if (tokenHash === null) return "ended";
    try {
      await endSession(context, tokenHash, from);
      return "ended";
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || pending.size >= mostPending) throw error;
      if (pending.size === 0) retryLater();
      pending.set(tokenHash, from);
      return "pending";
    }
  };
}

async function endSession(
  { db, clock, sessions, audit }: AccountContext,
  tokenHash: string,
  { ip, userAgent }: SessionOrigin,
): Promise<void> {
  await db.transaction(async (tx) => {
    const { sessions: table, users } = tx.tables;
    const [session] = await tx
      .select({ sessionId: table.id, userId: table.userId, name: users.username })
      .from(table)
      .innerJoin(users, eq(users.id, table.userId))
      // A step-up may have replaced the token while this was on its way: the session meant is the same.
      .where(isMeantBy(table, tokenHash, clock.now()));
    if (!session) return;

    const { sessionId, userId, name } = session;
    const ended = await sessions.end(tx, { userId, sessionId }, "signed_out");
    // Another sign-out may have been faster.
    if (ended.length === 0) return;
    const actor = { id: userId, name, sessionId, ip, userAgent };
    await audit.recordIn(tx, { action: "auth.logout", outcome: "ok", actor });
  });
}
