import { eq } from "drizzle-orm";

import type { AuditAction } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Busy } from "../password/hash-queue.ts";
import { isHashable } from "../password/password-rule.ts";
import type { Limited } from "../throttle/windows.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Whose password it was, and the hash it was verified against. */
export type ConfirmedUser = StoredUser & { readonly passwordHash: string };

/** What can come of asking a signed-in user for the present password. */
export type Confirmed =
  | { readonly status: "confirmed"; readonly user: ConfirmedUser }
  /** Wrong, or the account has none. */
  | { readonly status: "wrong-password" }
  | Limited
  | Busy;

/**
 * Is this the present password of the user who is signed in? Within the limits on guessing: whoever sits down at an open
 * session has no more tries than at the sign-in page. `action` is what the audit log calls a refusal.
 */
export async function confirmPassword(
  context: AccountContext,
  action: AuditAction,
  password: string,
  from: SignedInOrigin,
): Promise<Confirmed> {
  const admission = await context.throttle.admitStepUp(from.principal.user.id, from.ip);
  if (admission.status === "limited") {
    recordRefusal(context, action, "limited", from);
    return admission;
  }
  try {
    const user = await verifyPassword(context, from.principal.user.id, password);
    if (user !== null && "status" in user) {
      admission.cancelled();
      return user;
    }
    if (user === null) {
      recordRefusal(context, action, "wrong_password", from);
      return { status: "wrong-password" };
    }
    admission.succeeded();
    return { status: "confirmed", user };
  } catch (error) {
    // A database that is away says nothing about the password.
    admission.cancelled();
    throw error;
  }
}

/** The user, if this is the password; null when it is not. Also used to look again, within an attempt that was admitted. */
export async function verifyPassword(
  { db, passwords }: Pick<AccountContext, "db" | "passwords">,
  userId: string,
  password: string,
): Promise<ConfirmedUser | Busy | null> {
  if (!isHashable(password)) return null;
  const { users } = db.tables;
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  const passwordHash = user?.passwordHash ?? null;
  const matches = await passwords.verify(passwordHash, password);
  if (typeof matches !== "boolean") return matches;
  return matches && user && passwordHash !== null ? { ...user, passwordHash } : null;
}

function recordRefusal({ audit }: AccountContext, action: AuditAction, reason: string, from: SignedInOrigin): void {
  audit.record({ action, outcome: "refused", reason, actor: actorOf(from.principal, from) });
}
