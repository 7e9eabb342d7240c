import { and, eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Accounts, ChangePasswordResult } from "../auth.ts";
import type { Busy } from "../password/hash-queue.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";
import { readNewPrincipal } from "./begin-session.ts";
import { confirmPassword, type ConfirmedUser, verifyPassword } from "./confirm-password.ts";
import { keepOnlyThisSession } from "./keep-only-this-session.ts";
import { postPasswordChanged } from "./post-password-changed.ts";
import { asEnded } from "./session-ended.ts";

/** See `Accounts.changePassword`. */
export async function changePassword(
  context: AccountContext,
  input: Parameters<Accounts["changePassword"]>[0],
  from: SignedInOrigin,
): Promise<ChangePasswordResult> {
  // Before the present one is looked at: a mistake in the form is no guess.
  const fault = await findFault(context, input, from);
  if (fault !== null) return { status: "invalid", fields: { password: [fault] } };

  const confirmed = await confirmPassword(context, "account.change_password", input.current, from);
  if (confirmed.status !== "confirmed") return confirmed;
  const passwordHash = await context.passwords.hash(input.password);
  if (typeof passwordHash !== "string") return passwordHash;

  const replaced = await replacePassword(context, { ...input, confirmed: confirmed.user, passwordHash, from });
  if (replaced === "conflict" || replaced === "ended") {
    // The password was right, and yet nothing was changed: who looks into two changes at once is to see both.
    const reason = replaced === "conflict" ? "conflict" : "session_ended";
    const actor = actorOf(from.principal, from);
    context.audit.record({ action: "account.change_password", outcome: "refused", reason, actor });
    return { status: replaced };
  }
  if ("status" in replaced) return replaced;
  postPasswordChanged(context, from.principal.user.id);
  const principal = await readNewPrincipal(context, replaced);
  return principal ? { status: "signed-in", principal, ...replaced } : { status: "ended" };
}

async function findFault(
  { passwordRule }: AccountContext,
  input: { readonly current: string; readonly password: string },
  { principal }: SignedInOrigin,
): Promise<string | null> {
  const fault = await passwordRule.findFault(input.password, principal.user);
  if (fault !== null) return fault;
  const isSame = input.password.normalize("NFKC") === input.current.normalize("NFKC");
  return isSame ? "This is the password you have. Choose another." : null;
}

interface Replacement {
  readonly current: string;
  readonly confirmed: ConfirmedUser;
  readonly passwordHash: string;
  readonly from: SignedInOrigin;
}

/** Of two at once one wins: the other finds that what it was allowed to replace is not there any more. */
async function replacePassword(
  context: AccountContext,
  replacement: Replacement,
  isSecondTry = false,
): Promise<NewSession | Busy | "conflict" | "ended"> {
  const outcome = await context.db.transaction((tx) => writePassword(context, tx, replacement)).catch(asEnded);
  if (outcome !== "conflict" || isSecondTry) return outcome;

  // A sign-in beside this one may have renewed the hash of the same password. Look again, once.
  const again = await verifyPassword(context, replacement.confirmed.id, replacement.current);
  if (again === null) return "conflict";
  return "status" in again ? again : replacePassword(context, { ...replacement, confirmed: again }, true);
}

async function writePassword(
  context: AccountContext,
  tx: Transaction,
  { confirmed, passwordHash, from }: Replacement,
): Promise<NewSession | "conflict"> {
  const { users } = tx.tables;
  const changed = await tx
    .update(users)
    .set({ passwordHash })
    .where(and(eq(users.id, confirmed.id), eq(users.isActive, true), eq(users.passwordHash, confirmed.passwordHash)))
    .returning({ id: users.id });
  if (changed.length === 0) return "conflict";

  return keepOnlyThisSession(context, tx, from, { reauthenticated: true });
}
