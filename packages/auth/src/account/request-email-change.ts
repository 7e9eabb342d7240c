import { and, eq, gt } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import { type Draft, noticeTo } from "../mail/mail-desk.ts";
import { showableName } from "../mail/mail-texts.ts";
import { issueLink } from "../token/link.ts";
import type { Links, RequestResult } from "../token/links.ts";

import type { AccountContext } from "./account-context.ts";
import { parseEmail } from "./email.ts";
import { isFirmlyHeld } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];
type From = Parameters<Links["requestEmailChange"]>[1];

/** See `Links.requestEmailChange`. What the new address is told is found out afterwards: the answer is the same for one that is taken. */
export async function requestEmailChange(
  context: AccountContext,
  input: Parameters<Links["requestEmailChange"]>[0],
  from: From,
  inSession: Parameters<Links["requestEmailChange"]>[2],
): Promise<RequestResult> {
  const address = parseEmail(input.email);
  if ("fault" in address) return { status: "invalid", fields: { email: [address.fault] } };
  const admission = await context.throttle.admitEmailChange(from.principal.user.id, from.ip);
  if (admission.status === "limited") {
    const actor = actorOf(from.principal, from);
    context.audit.record({ action: "account.email_change.request", outcome: "refused", reason: "limited", actor });
    return admission;
  }

  const { email } = address;
  const { settings } = context;
  const made = await inSession(async (tx) => {
    const now = new Date(context.clock.now());
    const { users } = tx.tables;
    const [user] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, from.principal.user.id)));
    // What was typed, not what is held: who waits for an address that is somebody's must not learn so by this.
    if (!user || user.email === email) return null;

    const ofUser = { userId: user.id, now };
    const lifetimeSeconds = settings.VERIFY_SECONDS;
    const token = await issueLink(tx, { ...ofUser, purpose: "email_change", email, lifetimeSeconds });
    const wayBack = await issueWayBack(context, tx, user, now);
    const actor = actorOf(from.principal, from);
    await context.audit.recordIn(tx, { action: "account.email_change.request", outcome: "ok", actor });
    tx.afterCommit(() => context.bus.publish({ kind: "user", userId: user.id }));
    return { user, token, wayBack };
  });
  if (made === null) {
    admission.cancelled();
    return { status: "invalid", fields: { email: ["This is the address you have."] } };
  }

  const locale = made.user.locale ?? from.locale ?? null;
  context.desk.post(() => writeToNew(context, made.user, { email, token: made.token, locale }));
  postToOld(context, made.user, { wayBack: made.wayBack, locale, isChanged: false });
  return { status: "accepted" };
}

/**
 * The way back to the present address. Null when that was never confirmed: it may be a stranger's, who would get the account.
 * Null as well when an earlier address has a way back already, which is not taken from it.
 */
export async function issueWayBack(
  { settings }: Pick<AccountContext, "settings">,
  tx: Transaction,
  user: Pick<StoredUser, "id" | "emailKey" | "emailVerifiedAt">,
  now: Date,
): Promise<string | null> {
  if (user.emailKey === null || user.emailVerifiedAt === null) return null;
  const { accountTokens } = tx.tables;
  const [earlier] = await tx
    .select({ email: accountTokens.email })
    .from(accountTokens)
    .where(
      and(
        eq(accountTokens.userId, user.id),
        eq(accountTokens.purpose, "email_revert"),
        gt(accountTokens.expiresAt, now),
      ),
    );
  if (earlier && earlier.email !== user.emailKey) return null;
  return issueLink(tx, {
    userId: user.id,
    purpose: "email_revert",
    email: user.emailKey,
    now,
    lifetimeSeconds: settings.EMAIL_REVERT_SECONDS,
  });
}

/** Tells the address the account has, or had, with the way back. */
export function postToOld(
  { desk, settings }: AccountContext,
  user: StoredUser,
  options: { readonly wayBack: string | null; readonly locale: string | null; readonly isChanged: boolean },
): void {
  const { emailKey, emailVerifiedAt } = user;
  if (emailKey === null) return;
  const { wayBack, locale, isChanged } = options;
  const lifetimeSeconds = settings.EMAIL_REVERT_SECONDS;
  const link = wayBack === null ? null : { url: desk.urlOf("/account/email/revert", wayBack), lifetimeSeconds };
  const told = link ?? (emailVerifiedAt === null ? null : "mailed-before");
  // A link takes the place of the one before: were its mail left out, there would be no way back at all.
  const kind = link ? "way-back" : noticeTo(user);
  desk.post(async () => {
    if (!(await desk.admits(kind, emailKey))) return null;
    return {
      to: emailKey,
      locale,
      say: (texts) => (isChanged ? texts.addressChanged(told) : texts.addressChangeAsked(told)),
    };
  });
}

async function writeToNew(
  { db, desk, settings }: AccountContext,
  user: StoredUser,
  { email, token, locale }: { readonly email: string; readonly token: string; readonly locale: string | null },
): Promise<Draft | null> {
  if (!(await desk.admits("change", email))) return null;
  const { users } = db.tables;
  const [holder] = await db.select().from(users).where(eq(users.emailKey, email));
  if (holder && holder.id !== user.id && isFirmlyHeld(holder, settings)) {
    const signInUrl = desk.urlOf("/login");
    return { to: email, locale: holder.locale, say: (texts) => texts.addressInUse({ signInUrl }) };
  }
  const url = desk.urlOf("/account/email/confirm", token);
  const lifetimeSeconds = settings.VERIFY_SECONDS;
  const username = showableName(user.username);
  return { to: email, locale, say: (texts) => texts.confirmNewAddress({ url, lifetimeSeconds, username }) };
}
