import { eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Accounts, DeleteAccountResult } from "../auth.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";
import { confirmPassword } from "./confirm-password.ts";
import { isLastSuperuser } from "./last-superuser.ts";
import { asEnded, SessionEnded } from "./session-ended.ts";

/** See `Accounts.deleteAccount`. */
export async function deleteAccount(
  context: AccountContext,
  input: Parameters<Accounts["deleteAccount"]>[0],
  from: SignedInOrigin,
): Promise<DeleteAccountResult> {
  if (input.password !== undefined) {
    const confirmed = await confirmPassword(context, "account.delete", input.password, from);
    if (confirmed.status !== "confirmed") return confirmed;
  }
  const status = await context.db.transaction((tx) => removeUser(context, tx, from)).catch(asEnded);
  if (status === "last-superuser") {
    const actor = actorOf(from.principal, from);
    context.audit.record({ action: "account.delete", outcome: "refused", reason: "last_superuser", actor });
  }
  return { status };
}

async function removeUser(
  { sessions, audit, bus }: AccountContext,
  tx: Transaction,
  from: SignedInOrigin,
): Promise<"deleted" | "last-superuser"> {
  const { users } = tx.tables;
  const { user, session } = from.principal;
  // First, because it locks other users as well.
  if (await isLastSuperuser(tx, user.id)) return "last-superuser";

  await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, user.id)));
  const ended = await sessions.end(tx, { userId: user.id }, "deleted");
  if (!ended.includes(session.id)) throw new SessionEnded();
  await audit.recordIn(tx, { action: "account.delete", outcome: "ok", actor: actorOf(from.principal, from) });
  // All that refers to the user goes with the row; the audit log stays.
  await tx.delete(users).where(eq(users.id, user.id));
  // After the end of the sessions: lists that show the user are read again.
  tx.afterCommit(() => bus.publish({ kind: "user", userId: user.id }));
  return "deleted";
}
