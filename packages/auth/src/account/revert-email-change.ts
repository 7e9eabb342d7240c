import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { noticeTo } from "../mail/mail-desk.ts";
import { removeIdentities } from "../oidc/remove-identities.ts";
import { unusablePassword } from "../password/unusable-password.ts";
import { claimLink } from "../token/claim-link.ts";
import { actorByLink } from "../token/link-actor.ts";
import { issueLink, voidLinks } from "../token/link.ts";
import type { Links, RevertEmailChangeResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { followLink } from "./follow-link.ts";
import { releaseAddress } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

interface Reverted {
  /** As it was before. */
  readonly user: StoredUser;
  readonly email: string;
  /** Of the link to a new password. */
  readonly token: string;
}

/**
 * See `Links.revertEmailChange`. "This was not me": whoever asked for the change knew the password or had a session, so
 * neither is good for anything after it, nor is what they may have connected: what a provider opens is to be connected again.
 */
export async function revertEmailChange(
  context: AccountContext,
  { token }: Parameters<Links["revertEmailChange"]>[0],
  from: SignInOrigin,
): Promise<RevertEmailChangeResult> {
  const followed = await followLink(context, "account.email_change.revert", from, (tx) =>
    revert(context, tx, token, from),
  );
  if (followed.status !== "followed") return followed;
  followed.admission.cancelled();
  const { user, email, token: resetToken } = followed.done;
  const url = context.desk.urlOf("/password-reset/confirm", resetToken);
  const lifetimeSeconds = context.settings.RESET_SECONDS;
  context.desk.post(async () => ({
    to: email,
    locale: user.locale ?? from.locale ?? null,
    say: (texts) => texts.addressRestored({ url, lifetimeSeconds }),
  }));
  postToRemoved(context, user, email);
  return { status: "reverted", userId: user.id };
}

/** Tells the address that the account had until now, if it had changed to it already. */
function postToRemoved({ desk }: AccountContext, user: StoredUser, email: string): void {
  const { emailKey, locale } = user;
  if (emailKey === null || emailKey === email) return;
  desk.post(async () => {
    if (!(await desk.admits(noticeTo(user), emailKey))) return null;
    return { to: emailKey, locale, say: (texts) => texts.addressRemoved() };
  });
}

async function revert(
  context: AccountContext,
  tx: Transaction,
  token: string,
  from: SignInOrigin,
): Promise<Reverted | null> {
  const now = new Date(context.clock.now());
  const claimed = await claimLink(tx, { token, purpose: "email_revert", now });
  if (claimed === null) return null;
  const { user, email, holder } = claimed;
  if (holder !== null) {
    // Somebody may have put another account in the way; one that has confirmed the address is its owner's.
    if (holder.emailVerifiedAt !== null) return null;
    await releaseAddress(context, tx, holder);
    await context.audit.recordIn(tx, {
      action: "account.email_change.revert",
      outcome: "ok",
      reason: "released",
      actor: actorByLink(user, from),
      subject: { id: holder.id, name: holder.username },
      details: { fields: ["email"] },
    });
  }

  const { users } = tx.tables;
  const passwordHash = user.passwordHash === null ? null : unusablePassword;
  await tx
    .update(users)
    .set({ email, emailKey: email, emailVerifiedAt: now, passwordHash })
    .where(eq(users.id, user.id));
  const ended = await context.sessions.end(tx, { userId: user.id }, "ended");
  await voidLinks(tx, user.id);
  const actor = actorByLink(user, from);
  await removeIdentities(context, tx, { user, actor, reason: "reverted" });
  const lifetimeSeconds = context.settings.RESET_SECONDS;
  const resetToken = await issueLink(tx, { userId: user.id, purpose: "reset", email, now, lifetimeSeconds });
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
  await context.audit.recordIn(tx, {
    action: "account.email_change.revert",
    outcome: "ok",
    actor,
    details: { fields: ["email", "password"], count: ended.length },
  });
  return { user, email, token: resetToken };
}
