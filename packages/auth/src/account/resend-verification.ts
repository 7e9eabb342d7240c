import { and, desc, eq, isNull } from "drizzle-orm";

import { recordRefusal } from "../token/link-actor.ts";
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
  if (admission.status === "limited") {
    recordRefusal(context, { action: "auth.verify_email.resend", reason: "limited" }, from);
    return admission;
  }
  if (context.settings.EMAIL_VERIFICATION === "off") return { status: "accepted" };

  context.desk.post(async () => {
    const userId = await findWaiting(context, email, from);
    return userId === null ? null : writeVerification(context, userId, from.locale ?? null);
  });
  return { status: "accepted" };
}

/** Whose confirmation is meant: the caller's own, else that of the newest account that waits to confirm the address. */
async function findWaiting(
  { db, audit }: AccountContext,
  email: string,
  { presented, ip, userAgent }: SignInOrigin,
): Promise<string | null> {
  const { users } = db.tables;
  if (presented?.user.email === email && presented.user.emailVerifiedAt === null) return presented.user.id;

  const [found] = await db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(and(eq(users.email, email), isNull(users.emailVerifiedAt)))
    .orderBy(desc(users.id))
    .limit(1);
  const subject = { id: found?.id ?? null, name: found?.username ?? null };
  const actor = { id: null, name: null, ip, userAgent };
  const event = { action: "auth.verify_email.resend", actor, subject } as const;
  audit.record(found ? { ...event, outcome: "ok" } : { ...event, outcome: "refused", reason: "unknown" });
  return found?.id ?? null;
}
