import { eq } from "drizzle-orm";

import { DatabaseUnavailable, type Transaction } from "@countersign/db";

import { removeUnprovenIdentities } from "../oidc/remove-unproven-identities.ts";
import { claimLink } from "../token/claim-link.ts";
import { actorByLink, recordRefusal } from "../token/link-actor.ts";
import { findLink, voidLinks } from "../token/link.ts";
import type { Links, ResetPasswordResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { accountNames } from "./login-name.ts";
import { postPasswordChanged } from "./post-password-changed.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** See `Links.resetPassword`. */
export async function resetPassword(
  context: AccountContext,
  input: Parameters<Links["resetPassword"]>[0],
  from: SignInOrigin,
): Promise<ResetPasswordResult> {
  const admission = await context.throttle.admitLink(from.ip);
  if (admission.status === "limited") {
    recordRefusal(context, { action: "auth.password_reset", reason: "limited" }, from);
    return admission;
  }
  try {
    // Looked at first: nothing is hashed for a link that opens nothing, and a password that will not do uses up none.
    const user = await findUser(context, input.token);
    if (user === null) return refuse(context, from);
    const fault = await context.passwordRule.findFault(input.password, user);
    if (fault !== null) {
      admission.cancelled();
      return { status: "invalid", fields: { password: [fault] } };
    }
    const passwordHash = await context.passwords.hash(input.password);
    if (typeof passwordHash !== "string") {
      admission.cancelled();
      return passwordHash;
    }
    const changed = await context.db.transaction((tx) => replace(context, tx, { ...input, passwordHash, from }));
    if (changed === null) return refuse(context, from);

    admission.succeeded(accountNames(changed.user, context.settings));
    postPasswordChanged(context, changed.user.id, changed);
    return { status: "reset", userId: changed.user.id };
  } catch (error) {
    if (error instanceof DatabaseUnavailable) admission.cancelled();
    throw error;
  }
}

function refuse(context: AccountContext, from: SignInOrigin): ResetPasswordResult {
  recordRefusal(context, { action: "auth.password_reset", reason: "link_invalid" }, from);
  return { status: "link-invalid" };
}

async function findUser({ db, clock }: AccountContext, token: string): Promise<StoredUser | null> {
  const link = await findLink(db, { token, purpose: "reset", now: new Date(clock.now()) });
  if (link === null) return null;
  const { users } = db.tables;
  const [user] = await db.select().from(users).where(eq(users.id, link.userId));
  return user?.isActive && user.emailKey === link.email ? user : null;
}

/** The password, the sessions and the links of the user, all in one transaction: of two with one link, one does it. */
async function replace(
  context: AccountContext,
  tx: Transaction,
  options: { readonly token: string; readonly passwordHash: string; readonly from: SignInOrigin },
): Promise<{ readonly user: StoredUser; readonly removed: readonly string[] } | null> {
  const now = new Date(context.clock.now());
  const claimed = await claimLink(tx, { token: options.token, purpose: "reset", now });
  // A link to an address that is not the user's any more opens nothing.
  if (claimed === null || claimed.user.emailKey !== claimed.email) return null;

  const { user } = claimed;
  const { users } = tx.tables;
  await tx
    .update(users)
    // Whoever has the link reads what is sent to the address: it is confirmed by that.
    .set({ passwordHash: options.passwordHash, emailVerifiedAt: user.emailVerifiedAt ?? now })
    .where(eq(users.id, user.id));
  const ended = await context.sessions.end(tx, { userId: user.id }, "password_changed");
  await voidLinks(tx, user.id);
  const actor = actorByLink(user, options.from);
  // Who was there before the address was shown to be the reader's may be somebody else, and came in by these.
  const removed = await removeUnprovenIdentities(context, tx, { user, actor });
  tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
  await context.audit.recordIn(tx, {
    action: "auth.password_reset",
    outcome: "ok",
    actor,
    details: { count: ended.length },
  });
  return {
    user: { ...user, emailVerifiedAt: user.emailVerifiedAt ?? now },
    removed: removed.map(({ provider }) => provider),
  };
}
