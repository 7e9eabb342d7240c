import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Accounts, StepUpResult } from "../auth.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";
import { readNewPrincipal } from "./begin-session.ts";
import { confirmPassword } from "./confirm-password.ts";

/** See `Accounts.stepUp`. */
export async function stepUp(
  context: AccountContext,
  input: Parameters<Accounts["stepUp"]>[0],
  from: SignedInOrigin,
): Promise<StepUpResult> {
  const confirmed = await confirmPassword(context, "auth.step_up", input.password, from);
  if (confirmed.status !== "confirmed") return confirmed;

  const rotated = await context.db.transaction((tx) => renewSession(context, tx, from));
  const principal = rotated && (await readNewPrincipal(context, rotated));
  return rotated && principal ? { status: "signed-in", principal, ...rotated } : { status: "ended" };
}

/** Null when the session has ended, or got another token, since the call was let in. */
async function renewSession(
  { sessions, audit }: AccountContext,
  tx: Transaction,
  from: SignedInOrigin,
): Promise<NewSession | null> {
  const { user, session } = from.principal;
  if (!(await lockActiveUser(tx, user.id))) return null;
  const rotated = await sessions.rotate(tx, session.id, { reauthenticated: true, ifTokenHash: from.tokenHash });
  if (rotated)
    await audit.recordIn(tx, { action: "auth.step_up", outcome: "ok", actor: actorOf(from.principal, from) });
  return rotated;
}

/** The user first, then the session: the order in which all else locks them. */
async function lockActiveUser(tx: Transaction, userId: string): Promise<boolean> {
  const { users } = tx.tables;
  const query = tx
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.isActive, true)));
  return (await forUpdate(tx, query)).length === 1;
}
