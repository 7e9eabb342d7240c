import { eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { Draft } from "../mail/mail-desk.ts";
import { recordRefusal } from "../token/link-actor.ts";
import { issueLink } from "../token/link.ts";
import type { Links, RequestResult } from "../token/links.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { parseEmail } from "./email.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/**
 * See `Links.requestPasswordReset`. The answer comes before anybody is looked up: neither its content nor its time depends on
 * whether there is an account.
 */
export async function requestPasswordReset(
  context: AccountContext,
  input: Parameters<Links["requestPasswordReset"]>[0],
  from: SignInOrigin,
): Promise<RequestResult | { readonly status: "off" }> {
  if (!context.settings.PASSWORD_RESET) return { status: "off" };
  const address = parseEmail(input.email);
  if ("fault" in address) return { status: "invalid", fields: { email: [address.fault] } };
  const admission = await context.throttle.admitReset(address.email, from.ip);
  if (admission.status === "limited") {
    recordRefusal(context, { action: "auth.password_reset.request", reason: "limited" }, from);
    return admission;
  }

  const { db, desk } = context;
  const { users } = db.tables;
  desk.post(async () => {
    const [user] = await db.select().from(users).where(eq(users.emailKey, address.email));
    const reason = findObstacle(user);
    if (reason !== null || !user) {
      recordRequest(context, from, { outcome: "refused", reason: reason ?? "unknown" }, user);
      return user && reason === "no_password" ? writeExplanation(context, user, from.locale) : null;
    }
    const draft = await writeReset(context, user, { locale: from.locale, isAdmitted: false });
    if (draft !== null) recordRequest(context, from, { outcome: "ok" }, user);
    return draft;
  });
  return { status: "accepted" };
}

/** See `Links.sendPasswordReset`. */
export async function sendPasswordReset(
  context: AccountContext,
  userId: string,
  act: Parameters<Links["sendPasswordReset"]>[1],
): ReturnType<Links["sendPasswordReset"]> {
  const { db, desk, throttle } = context;
  const { users } = db.tables;
  const find = async () => (await db.select().from(users).where(eq(users.id, userId)))[0];
  const email = (await find())?.emailKey ?? null;
  // Before whoever has it sent is told that it is on its way. What strangers have had sent to the address is counted apart.
  const admission = email === null ? null : await throttle.admitMail("reset-by-admin", email);
  try {
    const mayBeSent = await act({ email, limited: admission?.status === "limited" ? admission : null });
    if (admission?.status !== "admitted") return;
    if (!mayBeSent) return admission.cancelled();
  } catch (error) {
    if (admission?.status === "admitted") admission.cancelled();
    throw error;
  }
  desk.post(async () => {
    const present = await find();
    return present ? writeReset(context, present, { locale: null, isAdmitted: true }) : null;
  });
}

function findObstacle(user: StoredUser | undefined): string | null {
  if (!user) return "unknown";
  if (!user.isActive) return "inactive";
  // A first password only for whoever is known to read the mails that are sent there.
  return user.passwordHash === null && user.emailVerifiedAt === null ? "no_password" : null;
}

/** Makes the link and the mail for it, unless the user is switched off or has another address by now. */
async function writeReset(
  { db, clock, desk, settings }: AccountContext,
  user: StoredUser,
  { locale, isAdmitted }: { readonly locale: string | null | undefined; readonly isAdmitted: boolean },
): Promise<Draft | null> {
  const email = user.emailKey;
  if (email === null || !(isAdmitted || (await desk.admits("reset", email)))) return null;

  const { users } = db.tables;
  const lifetimeSeconds = settings.RESET_SECONDS;
  const token = await db.transaction(async (tx) => {
    const [present] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, user.id)));
    if (!present?.isActive || present.emailKey !== email) return null;
    const now = new Date(clock.now());
    return issueLink(tx, { userId: user.id, purpose: "reset", email, now, lifetimeSeconds });
  });
  if (token === null) return null;
  const url = desk.urlOf("/password-reset/confirm", token);
  return {
    to: email,
    locale: user.locale ?? locale ?? null,
    say: (texts) => texts.resetPassword({ url, lifetimeSeconds }),
  };
}

async function writeExplanation(
  { desk }: AccountContext,
  user: StoredUser,
  locale: string | null | undefined,
): Promise<Draft | null> {
  if (user.emailKey === null || !(await desk.admits("reset", user.emailKey))) return null;
  const signInUrl = desk.urlOf("/login");
  return {
    to: user.emailKey,
    locale: user.locale ?? locale ?? null,
    say: (texts) => texts.noPasswordHere({ signInUrl }),
  };
}

function recordRequest(
  { audit }: AccountContext,
  from: SignInOrigin,
  outcome: Pick<AuditEvent, "outcome" | "reason">,
  user: StoredUser | undefined,
): void {
  const subject = { id: user?.id ?? null, name: user?.username ?? null };
  audit.record({ action: "auth.password_reset.request", ...outcome, actor: actorOf(from.presented, from), subject });
}
