import { and, eq } from "drizzle-orm";

import { isWithinLimits } from "@countersign/auth";
import type { Rule } from "@countersign/contract";
import { type CoreTables, type Database, type Transaction, waitPatiently } from "@countersign/db";

import type { Caller } from "./call-context.ts";
import { reauthenticate, unauthorized } from "./call-error.ts";
import { checkRule, isFreshEnough } from "./check-rule.ts";
import type { Standing } from "./standing.ts";

export interface CheckedTransactionOptions {
  /** No other transaction of the same user runs at the same time. For changes of the user or of several sessions at once. */
  readonly alone?: boolean;
  /**
   * Locks what the change depends on, before the session is locked: where several users' rows are concerned, all
   * transactions are to lock them in one order, or two of them wait for each other. It reads and writes nothing.
   */
  readonly lockFirst?: (tx: Transaction) => Promise<void>;
}

/**
 * Runs `body` in a transaction that stands on the caller's session. Between the check before the call and the commit the
 * session may have ended; so the row is read again inside the transaction, and locked on Postgres until the commit (on
 * SQLite there is one writer): a sign-out is either before it, and the call is refused, or after it. The lock may have been
 * waited for, so what ends by the clock is judged by the time after it, and once more before the commit.
 */
export async function checkedTransaction<Tables extends CoreTables, Result>(
  caller: Caller<Tables>,
  standing: Standing,
  body: (tx: Transaction<Tables>) => Promise<Result>,
  { alone = false, lockFirst }: CheckedTransactionOptions = {},
): Promise<Result> {
  const { clock, db, settings, userTurns } = caller.services;
  const { principal, rule } = standing;
  if (principal === null) return db.transaction(body);

  const checked = async (tx: Transaction<Tables>) => {
    await lockFirst?.(tx);
    const locked = await lockSession(db, tx, caller.tokenHash ?? "", alone ? "no key update" : "share");
    if (locked === null || !isWithinLimits(locked, clock.now())) throw unauthorized();
    if (!isFreshEnough(rule, locked.authenticatedAt, clock.now(), settings.SESSION_FRESH_SECONDS))
      throw reauthenticate();
    if (locked.version !== principal.user.version) await recheck(caller, rule);
    const result = await body(tx);
    if (!isWithinLimits(locked, clock.now())) throw unauthorized();
    return result;
  };
  // Those of one user wait for each other here, where they hold no connection yet: the lock of the row is for other replicas.
  try {
    const result = await userTurns.run(principal.user.id, alone, () => db.transaction(checked));
    standing.noteCommit();
    return result;
  } catch (error) {
    // Whatever the procedure makes of it.
    standing.noteLoss(error);
    throw error;
  }
}

interface LockedSession {
  readonly version: number;
  readonly expiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly authenticatedAt: Date;
}

/** The session with the version of its active user, as they are when the lock is held; null when there is none any more. */
async function lockSession(
  db: Database,
  tx: Transaction,
  tokenHash: string,
  strength: "no key update" | "share",
): Promise<LockedSession | null> {
  const { sessions, users } = db.tables;
  // The user first, then the session: the order in which signing in and switching off lock them.
  const query = tx
    .select({
      version: users.version,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      authenticatedAt: sessions.authenticatedAt,
    })
    .from(users)
    .innerJoin(sessions, eq(sessions.userId, users.id))
    .where(and(eq(sessions.tokenHash, tokenHash), eq(users.isActive, true)));
  const [row] = await (db.dialect === "postgres" ? query.for(strength) : query);
  return row ?? null;
}

/** Something about the user changed since the call was let in: is the right to it still there? */
async function recheck(caller: Caller, rule: Rule): Promise<void> {
  const { auth, clock, settings } = caller.services;
  const present = caller.tokenHash === null ? null : await waitPatiently(auth.sessions.validate(caller.tokenHash));
  if (present === null) throw unauthorized();
  const refusal = checkRule(rule, present, clock.now(), settings.SESSION_FRESH_SECONDS);
  if (refusal) throw refusal;
}
