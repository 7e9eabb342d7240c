import { eq } from "drizzle-orm";

import type { Settings } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import type { AuditActor } from "../audit/audit-event.ts";
import { removeIdentities } from "../oidc/remove-identities.ts";
import { unusablePassword } from "../password/unusable-password.ts";
import { issueLink, voidLinks } from "../token/link.ts";

import type { AccountContext } from "./account-context.ts";
import { postAddressMoved } from "./post-address-moved.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Does the account keep its address even from somebody who reads the mails sent there? Where nobody confirms, holding it is all there is. */
export function isFirmlyHeld(
  holder: Pick<StoredUser, "emailVerifiedAt">,
  settings: Pick<Settings, "EMAIL_VERIFICATION">,
): boolean {
  return holder.emailVerifiedAt !== null || settings.EMAIL_VERIFICATION === "off";
}

/**
 * Has anybody ever been in this account? One that nobody was in holds nothing but a name. One that is used may be that of
 * the very person who opens another account's link, taking it for their own, or of somebody who mistyped their address.
 */
export function wasUsed({ lastLoginAt }: Pick<StoredUser, "lastLoginAt">): boolean {
  return lastLoginAt !== null;
}

/**
 * Makes an account void that nobody was ever in and that never confirmed its address, for the one who registered with the
 * same and has just proved to own it. Its password, ways in by providers, sessions and links end with the address. The caller has locked the holder.
 */
export async function voidHolder(
  context: Pick<AccountContext, "audit" | "bus" | "sessions">,
  tx: Transaction,
  { holder, actor }: { readonly holder: StoredUser; readonly actor: AuditActor },
): Promise<void> {
  const { bus, sessions } = context;
  const { users } = tx.tables;
  await tx
    .update(users)
    .set({ email: null, emailKey: null, passwordHash: unusablePassword })
    .where(eq(users.id, holder.id));
  await sessions.end(tx, { userId: holder.id }, "ended");
  await removeIdentities(context, tx, { user: holder, actor, reason: "void" });
  await voidLinks(tx, holder.id);
  tx.afterCommit(() => bus.publish({ kind: "user", userId: holder.id }));
}

/**
 * Takes the address from an account, and nothing else: whoever confirms one proves by it to read the mails sent there, not
 * that the account under it is a stranger's. Where addresses are confirmed the account goes on waiting for this one; without
 * it, it would be one that has none to confirm.
 */
export async function releaseAddress(
  { bus, settings }: Pick<AccountContext, "bus" | "settings">,
  tx: Transaction,
  holder: StoredUser,
): Promise<void> {
  const { users } = tx.tables;
  const waits = settings.EMAIL_VERIFICATION !== "off";
  await tx
    .update(users)
    .set({ emailKey: null, emailVerifiedAt: null, ...(waits ? {} : { email: null }) })
    .where(eq(users.id, holder.id));
  tx.afterCommit(() => bus.publish({ kind: "user", userId: holder.id }));
}

/**
 * The same, for an account that was used, with a way back: a link in a mail to the address, which works only for who is
 * signed in to the account that had it. Neither whoever reads the mails alone gets that account by it, nor whoever is in it
 * the address. The caller has locked the holder.
 */
export async function moveAddress(
  context: AccountContext,
  tx: Transaction,
  move: { readonly email: string; readonly holder: StoredUser; readonly to: StoredUser; readonly now: Date },
): Promise<void> {
  const { email, holder, to, now } = move;
  await releaseAddress(context, tx, holder);
  const lifetimeSeconds = context.settings.EMAIL_REVERT_SECONDS;
  const token = await issueLink(tx, { userId: holder.id, purpose: "email_reclaim", email, now, lifetimeSeconds });
  tx.afterCommit(() => postAddressMoved(context, { email, holder, to, token }));
}
