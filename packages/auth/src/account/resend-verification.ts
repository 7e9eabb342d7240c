import { and, desc, eq, isNull, sql } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import { recordRefusal } from "../token/link-actor.ts";
import type { Links, RequestResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { parseEmail } from "./email.ts";
import { writeVerification } from "./post-verification.ts";
import { toUsernameKey } from "./username.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Accounts one mail has links for at most. */
const mostInOneMail = 5;
const longestRawName = 256;

/** See `Links.resendVerification`. The answer comes before anything is looked up. */
export async function resendVerification(
  context: AccountContext,
  { email: raw, username }: Parameters<Links["resendVerification"]>[0],
  from: SignInOrigin,
): Promise<RequestResult> {
  const address = parseEmail(raw);
  if ("fault" in address) return { status: "invalid", fields: { email: [address.fault] } };
  const { email } = address;
  const admission = await context.throttle.admitVerification(email, from.ip);
  if (admission.status === "limited") {
    recordRefusal(context, { action: "auth.verify_email.resend", reason: "limited" }, from);
    return admission;
  }
  if (context.settings.EMAIL_VERIFICATION === "off") return { status: "accepted" };

  context.desk.post(async () => {
    const waiting = await findWaiting(context, { email, username }, from);
    return writeVerification(context, waiting, { locale: from.locale ?? null });
  });
  return { status: "accepted" };
}

/**
 * Whose confirmation is meant: the caller's own, or that of the account with this name. Without one all that wait for the
 * address may be meant: strangers can have registered with it before and after its owner.
 */
async function findWaiting(
  context: AccountContext,
  { email, username }: { readonly email: string; readonly username: string | null | undefined },
  { presented, ip, userAgent }: SignInOrigin,
): Promise<readonly StoredUser[]> {
  const { db, audit } = context;
  const { users } = db.tables;
  if (presented?.user.email === email && presented.user.emailVerifiedAt === null) {
    return db.select().from(users).where(eq(users.id, presented.user.id));
  }

  const isMeant = username ? eq(users.usernameKey, readName(username)) : undefined;
  const found = await db
    .select()
    .from(users)
    .where(and(eq(users.email, email), isNull(users.emailVerifiedAt), eq(users.isActive, true), isMeant))
    // The one the address leads to, then the newest.
    .orderBy(sql`${users.emailKey} is null`, desc(users.id))
    .limit(mostInOneMail);
  const actor = { id: null, name: null, ip, userAgent };
  const event = { action: "auth.verify_email.resend", actor } as const;
  for (const { id, username: name } of found) audit.record({ ...event, outcome: "ok", subject: { id, name } });
  if (found.length === 0) audit.record({ ...event, outcome: "refused", reason: "unknown" });
  return found;
}

/** What is no name is nobody's; Postgres would not take a NUL as a question. */
function readName(raw: string): string {
  if (raw.length > longestRawName || /\p{C}/u.test(raw)) return "";
  return toUsernameKey(raw);
}
