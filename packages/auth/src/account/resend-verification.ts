import { and, desc, eq } from "drizzle-orm";

import type { Links, RequestResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { parseEmail } from "./email.ts";
import { writeVerification } from "./post-verification.ts";

/** See `Links.resendVerification`. The answer comes before anything is looked up. */
export async function resendVerification(
  context: AccountContext,
  input: Parameters<Links["resendVerification"]>[0],
  from: SignInOrigin,
): Promise<RequestResult> {
  const address = parseEmail(input.email);
  if ("fault" in address) return { status: "invalid", fields: { email: [address.fault] } };
  const { email } = address;
  const admission = await context.throttle.admitVerification(email, from.ip);
  if (admission.status === "limited") return admission;
  if (context.settings.EMAIL_VERIFICATION === "off") return { status: "accepted" };

  context.desk.post(async () => {
    const userId = await findWaiting(context, email, from);
    return userId === null ? null : writeVerification(context, userId, from.locale ?? null);
  });
  return { status: "accepted" };
}

/** Whose confirmation is meant: the caller's own account, else the one that was last sent a link there, else the one that has the address. */
async function findWaiting(
  { db, audit }: AccountContext,
  email: string,
  { presented, ip, userAgent }: SignInOrigin,
): Promise<string | null> {
  const { accountTokens, users } = db.tables;
  if (presented?.user.email === email && presented.user.emailVerifiedAt === null) return presented.user.id;

  const [sent] = await db
    .select({ id: users.id, username: users.username })
    .from(accountTokens)
    .innerJoin(users, eq(users.id, accountTokens.userId))
    .where(and(eq(accountTokens.purpose, "verify"), eq(accountTokens.email, email)))
    .orderBy(desc(accountTokens.createdAt))
    .limit(1);
  const [holder] = await db
    .select({ id: users.id, username: users.username, emailVerifiedAt: users.emailVerifiedAt })
    .from(users)
    .where(eq(users.emailKey, email));
  const found = sent ?? (holder?.emailVerifiedAt === null ? holder : undefined);
  const subject = { id: found?.id ?? null, name: found?.username ?? null };
  const actor = { id: null, name: null, ip, userAgent };
  const outcome = found ? "ok" : "refused";
  audit.record({
    action: "auth.verify_email.resend",
    outcome,
    ...(found ? {} : { reason: "unknown" }),
    actor,
    subject,
  });
  return found?.id ?? null;
}
