import { and, eq, isNull, or } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Accounts, SetPasswordResult } from "../auth.ts";
import { unusablePassword } from "../password/unusable-password.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";
import { readNewPrincipal } from "./begin-session.ts";
import { keepOnlyThisSession } from "./keep-only-this-session.ts";
import { postPasswordChanged } from "./post-password-changed.ts";
import { asEnded } from "./session-ended.ts";

/** See `Accounts.setPassword`. */
export async function setPassword(
  context: AccountContext,
  { password }: Parameters<Accounts["setPassword"]>[0],
  from: SignedInOrigin,
): Promise<SetPasswordResult> {
  const { user, session } = from.principal;
  const actor = actorOf(from.principal, from);
  const refuse = (reason: string) =>
    context.audit.record({ action: "account.change_password", outcome: "refused", reason, actor });
  // Whoever acts as somebody else must not leave a way in of their own there.
  if (session.impersonatedBy !== null) {
    refuse("impersonating");
    return { status: "impersonating" };
  }
  const fault = await context.passwordRule.findFault(password, user);
  if (fault !== null) return { status: "invalid", fields: { password: [fault] } };
  const passwordHash = await context.passwords.hash(password);
  if (typeof passwordHash !== "string") return passwordHash;

  const set = await context.db.transaction((tx) => writePassword(context, tx, { passwordHash, from })).catch(asEnded);
  if (set === "conflict" || set === "ended") {
    refuse(set === "conflict" ? "conflict" : "session_ended");
    return { status: set };
  }
  postPasswordChanged(context, user.id);
  const principal = await readNewPrincipal(context, set);
  return principal ? { status: "signed-in", principal, ...set } : { status: "ended" };
}

/** Only where there is none: who has one is asked for it. Of two at once one wins. */
async function writePassword(
  context: AccountContext,
  tx: Transaction,
  { passwordHash, from }: { readonly passwordHash: string; readonly from: SignedInOrigin },
): Promise<NewSession | "conflict"> {
  const { users } = tx.tables;
  const { user } = from.principal;
  const isWithout = or(isNull(users.passwordHash), eq(users.passwordHash, unusablePassword));
  const changed = await tx
    .update(users)
    .set({ passwordHash })
    .where(and(eq(users.id, user.id), eq(users.isActive, true), isWithout))
    .returning({ id: users.id });
  if (changed.length === 0) return "conflict";

  return keepOnlyThisSession(context, tx, from, { reauthenticated: false, reason: "first" });
}
