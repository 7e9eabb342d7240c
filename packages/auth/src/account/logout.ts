import { eq } from "drizzle-orm";

import { DatabaseUnavailable } from "@countersign/db";

import type { Accounts } from "../auth.ts";

import type { AccountContext } from "./account-context.ts";

/** Sign-outs that wait for the database at most. Each was answered as pending, so none is promised. */
const mostPending = 10_000;
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/** See `Accounts.logout`. */
export function createLogout(context: AccountContext): Accounts["logout"] {
  const pending = new Set<string>();
  let retryMs = firstRetryMs;

  async function retry(): Promise<void> {
    for (const tokenHash of pending) {
      try {
        await endSession(context, tokenHash);
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

  return async (tokenHash) => {
    if (tokenHash === null) return "ended";
    try {
      await endSession(context, tokenHash);
      return "ended";
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || pending.size >= mostPending) throw error;
      if (pending.size === 0) retryLater();
      pending.add(tokenHash);
      return "pending";
    }
  };
}

async function endSession({ db, sessions }: AccountContext, tokenHash: string): Promise<void> {
  await db.transaction(async (tx) => {
    const table = tx.tables.sessions;
    const [session] = await tx
      .select({ sessionId: table.id, userId: table.userId })
      .from(table)
      .where(eq(table.tokenHash, tokenHash));
    if (session) await sessions.end(tx, session, "signed_out");
  });
}
