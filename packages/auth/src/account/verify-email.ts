import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { claimLink } from "../token/claim-link.ts";
import { actorByLink } from "../token/link-actor.ts";
import type { Links, VerifyEmailResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { followLink } from "./follow-link.ts";
import { accountNames } from "./login-name.ts";
import { isFirmlyHeld, voidHolder } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** See `Links.verifyEmail`. Whoever the browser is signed in as has no part in it. */
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
  if (claimed === null) return null;
  const { user, email, holder } = claimed;
  if (user.email !== email || (holder !== null && isFirmlyHeld(holder, context.settings))) return null;

  const actor = actorByLink(user, from);
  if (holder !== null) {
    await voidHolder(context, tx, holder);
    const subject = { id: holder.id, name: holder.username };
    const details = { fields: ["email", "password"] };
    await context.audit.recordIn(tx, {
      action: "auth.verify_email",
      outcome: "ok",
      reason: "void",
      actor,
      subject,
      details,
    });
  }
  const { users } = tx.tables;
  await tx
    .update(users)
    .set({ emailKey: email, emailVerifiedAt: user.emailVerifiedAt ?? now })
    .where(eq(users.id, user.id));
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
  await context.audit.recordIn(tx, { action: "auth.verify_email", outcome: "ok", actor });
  return { ...user, emailKey: email, emailVerifiedAt: user.emailVerifiedAt ?? now };
}
