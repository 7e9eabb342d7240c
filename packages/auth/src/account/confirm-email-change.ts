import { eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { NewSession } from "../session/session-engine.ts";
import { claimLink } from "../token/claim-link.ts";
import { actorByLink } from "../token/link-actor.ts";
import { settleAddress, voidLinks } from "../token/link.ts";
import type { ConfirmEmailChangeResult, Links } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { readNewPrincipal } from "./begin-session.ts";
import { followLink } from "./follow-link.ts";
import { isFirmlyHeld, moveAddress, releaseAddress, wasUsed } from "./release-address.ts";
import { issueWayBack, postToOld } from "./request-email-change.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

interface Changed {
  /** As it was before. */
  readonly user: StoredUser;
  readonly wayBack: string | null;
  readonly rotated: NewSession | null;
}

/** See `Links.confirmEmailChange`. The link is enough: it may be opened where nobody is signed in. */
export async function confirmEmailChange(
  context: AccountContext,
  { token }: Parameters<Links["confirmEmailChange"]>[0],
  from: SignInOrigin,
): Promise<ConfirmEmailChangeResult> {
  const followed = await followLink(context, "account.email_change", from, (tx) => change(context, tx, token, from));
  if (followed.status !== "followed") return followed;
  // It was a good link, but the way in is still the password: nobody's count of guesses starts anew.
  followed.admission.cancelled();
  const { user, wayBack, rotated } = followed.done;
  postToOld(context, user, { wayBack, locale: user.locale ?? from.locale ?? null, isChanged: true });
  const principal = rotated === null ? null : await readNewPrincipal(context, rotated);
  const renewed = rotated !== null && principal !== null ? { ...rotated, principal } : null;
  return { status: "changed", userId: user.id, renewed };
}

async function change(
  context: AccountContext,
  tx: Transaction,
  token: string,
  from: SignInOrigin,
): Promise<Changed | null> {
  const now = new Date(context.clock.now());
  const claimed = await claimLink(tx, { token, purpose: "email_change", now });
  if (claimed === null) return null;
  const { user, email, holder } = claimed;
  // Who is signed in as the holder would give the address of their own account to another one.
  if (holder !== null && (isFirmlyHeld(holder, context.settings) || from.presented?.user.id === holder.id)) return null;
  await settleAddress(tx, email);
  if (holder !== null) {
    if (wasUsed(holder)) await moveAddress(context, tx, { email, holder, to: user, now });
    else await releaseAddress(context, tx, holder);
    await context.audit.recordIn(tx, {
      action: "account.email_change",
      outcome: "ok",
      reason: "released",
      actor: actorByLink(user, from),
      subject: { id: holder.id, name: holder.username },
      details: { fields: ["email"] },
    });
  }

  const { users } = tx.tables;
  await tx.update(users).set({ email, emailKey: email, emailVerifiedAt: now }).where(eq(users.id, user.id));
  const rotated = await renewSessions(context, tx, user.id, from);
  await voidLinks(tx, user.id);
  const wayBack = await issueWayBack(context, tx, user, now);
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
  const actor = actorByLink(user, from);
  await context.audit.recordIn(tx, {
    action: "account.email_change",
    outcome: "ok",
    actor,
    details: { fields: ["email"] },
  });
  return { user, wayBack, rotated };
}

/** All sessions of the user end; the one that opened the link goes on under a new token. */
async function renewSessions(
  { sessions }: AccountContext,
  tx: Transaction,
  userId: string,
  { presented, presentedTokenHash }: SignInOrigin,
): Promise<NewSession | null> {
  if (presented === null || presented.user.id !== userId) {
    await sessions.end(tx, { userId }, "ended");
    return null;
  }
  await sessions.end(tx, { userId, exceptSessionId: presented.session.id }, "ended");
  return sessions.rotate(tx, presented.session.id, presentedTokenHash ? { ifTokenHash: presentedTokenHash } : {});
}
