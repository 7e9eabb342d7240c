import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { claimLink, type ClaimedLink } from "../token/claim-link.ts";
import { actorByLink } from "../token/link-actor.ts";
import { findLink, settleAddress } from "../token/link.ts";
import type { Links, VerifyEmailResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { followLink } from "./follow-link.ts";
import { accountNames } from "./login-name.ts";
import { isFirmlyHeld, moveAddress, releaseAddress, voidHolder, wasUsed } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** See `Links.verifyEmail`. */
export async function verifyEmail(
  context: AccountContext,
  { token }: Parameters<Links["verifyEmail"]>[0],
  from: SignInOrigin,
): Promise<VerifyEmailResult> {
  const followed = await followLink(context, "auth.verify_email", from, (tx) => confirm(context, tx, token, from));
  if (followed.status !== "followed") return followed;
  const user = followed.done;
  followed.admission.succeeded(accountNames(user, context.settings));
  return { status: "verified", userId: user.id };
}

async function confirm(
  context: AccountContext,
  tx: Transaction,
  token: string,
  from: SignInOrigin,
): Promise<StoredUser | null> {
  const now = new Date(context.clock.now());
  const claimed = await claimLink(tx, { token, purpose: "verify", now });
  const displaced = claimed
    ? await displace(context, tx, claimed, { from, now })
    : await takeBack(context, tx, { token, from, now });
  if (displaced === null) return null;

  const { user, email } = displaced;
  const { users } = tx.tables;
  const emailVerifiedAt = user.emailVerifiedAt ?? now;
  await tx.update(users).set({ emailKey: email, emailVerifiedAt }).where(eq(users.id, user.id));
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
  await context.audit.recordIn(tx, { action: "auth.verify_email", outcome: "ok", actor: actorByLink(user, from) });
  return { ...user, emailKey: email, emailVerifiedAt };
}

interface Circumstances {
  readonly from: SignInOrigin;
  readonly now: Date;
}

/** Makes way for who confirms: nobody else has the address after it. Null when somebody has it for good. */
async function displace(
  context: AccountContext,
  tx: Transaction,
  claimed: ClaimedLink,
  { from, now }: Circumstances,
): Promise<ClaimedLink | null> {
  const { user, email, holder } = claimed;
  if (user.email !== email) return null;
  // Who is signed in as the holder would give the address of their own account to another one.
  if (holder !== null && (isFirmlyHeld(holder, context.settings) || from.presented?.user.id === holder.id)) return null;
  await settleAddress(tx, email);
  if (holder === null) return claimed;
  if (wasUsed(holder)) await moveAddress(context, tx, { email, holder, to: user, now });
  else await voidHolder(context, tx, { holder, actor: actorByLink(user, from) });
  await recordDisplaced(context, tx, { user, holder, from });
  return claimed;
}

/** The way back of an account that lost the address to another (`moveAddress`): for who is signed in to it, and for nobody else. */
async function takeBack(
  context: AccountContext,
  tx: Transaction,
  { token, from, now }: Circumstances & { readonly token: string },
): Promise<ClaimedLink | null> {
  const presented = { token, purpose: "email_reclaim", now } as const;
  const link = await findLink(tx, presented);
  // Looked at first: whoever reads the mail signs in, and opens it again.
  if (link === null || from.presented?.user.id !== link.userId) return null;
  const claimed = await claimLink(tx, presented);
  if (claimed === null || claimed.user.email !== claimed.email) return null;
  const { user, holder } = claimed;
  if (holder === null) return claimed;
  await releaseAddress(context, tx, holder);
  await recordDisplaced(context, tx, { user, holder, from }, "released");
  return claimed;
}

async function recordDisplaced(
  { audit }: AccountContext,
  tx: Transaction,
  { user, holder, from }: { readonly user: StoredUser; readonly holder: StoredUser; readonly from: SignInOrigin },
  reason: "released" | "void" = wasUsed(holder) ? "released" : "void",
): Promise<void> {
  await audit.recordIn(tx, {
    action: "auth.verify_email",
    outcome: "ok",
    reason,
    actor: actorByLink(user, from),
    subject: { id: holder.id, name: holder.username },
    details: { fields: reason === "void" ? ["email", "password"] : ["email"] },
  });
}
