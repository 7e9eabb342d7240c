import { eq } from "drizzle-orm";

import { forUpdate } from "@countersign/db";

import type { Draft } from "../mail/mail-desk.ts";
import { showableName } from "../mail/mail-texts.ts";
import { issueLink } from "../token/link.ts";

import type { AccountContext } from "./account-context.ts";
import { isFirmlyHeld } from "./release-address.ts";

/**
 * Mails a link that confirms the user's address. When the address is somebody else's already, that person is told instead:
 * whoever asks gets the same answer.
 */
export function postVerification(context: AccountContext, userId: string, locale: string | null): void {
  context.desk.post(() => writeVerification(context, userId, locale));
}

/** The same, for somebody who is at writing a mail. */
export async function writeVerification(
  context: AccountContext,
  userId: string,
  locale: string | null,
): Promise<Draft | null> {
  const { db, clock, desk, settings } = context;
  const { users } = db.tables;
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  if (!user?.isActive || user.email === null || user.emailVerifiedAt !== null) return null;
  const { email } = user;
  const [holder] = await db.select().from(users).where(eq(users.emailKey, email));
  if (!(await desk.admits("verify", email))) return null;

  if (holder && holder.id !== userId && isFirmlyHeld(holder, settings)) {
    const signInUrl = desk.urlOf("/login");
    return { to: email, locale: holder.locale, say: (texts) => texts.addressInUse({ signInUrl }) };
  }
  const lifetimeSeconds = settings.VERIFY_SECONDS;
  const token = await db.transaction(async (tx) => {
    const [present] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, userId)));
    // Changed meanwhile: whoever did so has sent what is to be sent.
    if (!present?.isActive || present.email !== email || present.emailVerifiedAt !== null) return null;
    const now = new Date(clock.now());
    return issueLink(tx, { userId, purpose: "verify", email, now, lifetimeSeconds });
  });
  if (token === null) return null;
  const url = desk.urlOf("/verify-email", token);
  const username = showableName(user.username);
  return {
    to: email,
    locale: user.locale ?? locale,
    say: (texts) => texts.confirmAddress({ url, lifetimeSeconds, username }),
  };
}
