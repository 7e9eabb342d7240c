import { eq, or } from "drizzle-orm";

import type { Settings } from "@countersign/contract";
import { type Database, type Transaction, UniqueViolation } from "@countersign/db";

import { adminTopic } from "../admin/admin-topic.ts";
import type { AuditEvent } from "../audit/audit-event.ts";
import type { Accounts, FieldErrors, RegisterResult } from "../auth.ts";
import { newId } from "../new-id.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { beginSession, readNewPrincipal } from "./begin-session.ts";
import { parseEmail } from "./email.ts";
import { accountNames } from "./login-name.ts";
import { postVerification } from "./post-verification.ts";
import { parseUsername } from "./username.ts";

type RegisterInput = Parameters<Accounts["register"]>[0];

/** A registration whose fields are in order. */
interface Wanted {
  readonly username: string;
  readonly usernameKey: string;
  readonly email: string | null;
}

interface Made {
  readonly userId: string;
  /** What the account is found by; null as well when the address is held by another one. */
  readonly emailKey: string | null;
  /** Null when the user is not signed in. */
  readonly begun: NewSession | null;
}

/** See `Accounts.register`. */
export async function register(
  context: AccountContext,
  input: RegisterInput,
  from: SignInOrigin,
): Promise<RegisterResult> {
  const { settings, throttle, passwords } = context;
  if (!settings.SIGN_UP) return refuse(context, from, { status: "closed" });
  const wanted = await readFields(input, context);
  if ("fields" in wanted) return { status: "invalid", fields: wanted.fields };

  const admission = await throttle.admitRegistration(from.ip);
  if (admission.status === "limited") return refuse(context, from, admission);
  try {
    const taken = await findTaken(context, wanted);
    if (taken) return { status: "invalid", fields: taken };

    const passwordHash = await passwords.hash(input.password);
    if (typeof passwordHash !== "string") {
      admission.cancelled();
      return passwordHash;
    }
    const made = await makeAccount(context, wanted, passwordHash, from);
    if ("fields" in made) return { status: "invalid", fields: made.fields };

    admission.succeeded(accountNames({ ...wanted, emailKey: made.emailKey, emailVerifiedAt: null }, settings));
    if (isConfirmed(settings)) postVerification(context, made.userId, { locale: from.locale ?? null });
    return await answer(context, made);
  } catch (error) {
    admission.cancelled();
    throw error;
  }
}

async function answer(context: AccountContext, { begun }: Made): Promise<RegisterResult> {
  if (begun === null) return { status: "made", next: mustConfirmFirst(context.settings) ? "verify_email" : "sign_in" };
  const principal = await readNewPrincipal(context, begun);
  if (principal === null) throw new Error("The account was made, and switched off before it was signed in.");
  return { status: "signed-in", principal, ...begun };
}

function refuse(
  { audit }: AccountContext,
  { ip, userAgent }: SignInOrigin,
  result: Extract<RegisterResult, { readonly status: "closed" | "limited" }>,
): RegisterResult {
  const actor = { id: null, name: null, ip, userAgent };
  audit.record({ action: "auth.register", outcome: "refused", reason: result.status, actor });
  return result;
}

function isConfirmed({ EMAIL_VERIFICATION }: Settings): boolean {
  return EMAIL_VERIFICATION !== "off";
}

function mustConfirmFirst({ EMAIL_VERIFICATION }: Settings): boolean {
  return EMAIL_VERIFICATION === "required";
}

async function readFields(
  input: RegisterInput,
  { settings, passwordRule }: Pick<AccountContext, "passwordRule" | "settings">,
): Promise<Wanted | { readonly fields: FieldErrors }> {
  const name = parseUsername(input.username);
  const address = readEmail(input.email, settings);
  // The password is compared with names of a sane length only.
  const names = {
    username: "fault" in name ? null : name.username,
    email: "fault" in address ? null : address.email,
  };
  const passwordFault = await passwordRule.findFault(input.password, names);
  if ("fault" in name || "fault" in address || passwordFault !== null) {
    return {
      fields: {
        ...("fault" in name ? { username: [name.fault] } : {}),
        ...("fault" in address ? { email: [address.fault] } : {}),
        ...(passwordFault === null ? {} : { password: [passwordFault] }),
      },
    };
  }
  return { ...name, email: address.email };
}

/** Reads the address that came with a form; null where it may be left out, and was. */
export function readEmail(
  raw: string | null | undefined,
  settings: Settings,
): { readonly email: string | null } | { readonly fault: string } {
  // A form sends an empty text for what was left out.
  if ((raw ?? "") !== "") return parseEmail(raw ?? "");
  const isRequired = settings.EMAIL_REQUIRED || mustConfirmFirst(settings);
  return isRequired ? { fault: "Enter your email address." } : { email: null };
}

/** Makes the account and its session, both or neither. Names taken in the meantime are field errors. */
async function makeAccount(
  context: AccountContext,
  wanted: Wanted,
  passwordHash: string,
  from: SignInOrigin,
  isSecondTry = false,
): Promise<Made | { readonly fields: FieldErrors }> {
  try {
    return await context.db.transaction((tx) => insertAccount(context, tx, { wanted, passwordHash, from }));
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error;
    const taken = await findTaken(context, wanted);
    if (taken) return { fields: taken };
    // Another registration got the address between the look and the write: this one now finds it held.
    if (isSecondTry) throw error;
    return makeAccount(context, wanted, passwordHash, from, true);
  }
}

async function insertAccount(
  context: AccountContext,
  tx: Transaction,
  { wanted, passwordHash, from }: { wanted: Wanted; passwordHash: string; from: SignInOrigin },
): Promise<Made> {
  const { settings } = context;
  const { users } = tx.tables;
  const { username, usernameKey, email } = wanted;
  const holders = email === null ? [] : await tx.select({ id: users.id }).from(users).where(eq(users.emailKey, email));
  // Where addresses are confirmed, an account is made for one that is taken as well, and cannot be told from others: not by
  // the answer, not by its name being taken now, not by signing in to it. It has the address when it confirms it first.
  const emailKey = holders.length > 0 && isConfirmed(settings) ? null : email;

  const userId = newId();
  const now = new Date(context.clock.now());
  const isSignedIn = !mustConfirmFirst(settings) && settings.SIGN_IN_AFTER_SIGN_UP;
  const lastLoginAt = isSignedIn ? now : null;
  await tx
    .insert(users)
    .values({ id: userId, username, usernameKey, email, emailKey, passwordHash, createdAt: now, lastLoginAt });
  const begun = isSignedIn ? await beginSession(context, tx, { userId, remember: false, from }) : null;
  tx.afterCommit(() => context.bus.publish({ kind: "topic", topic: adminTopic.users }));
  await context.audit.recordIn(tx, toEvent(userId, username, begun, from));
  return { userId, emailKey, begun };
}

function toEvent(userId: string, username: string, begun: NewSession | null, from: SignInOrigin): AuditEvent {
  const sessionId = begun?.session.id ?? null;
  const actor = { id: userId, name: username, sessionId, ip: from.ip, userAgent: from.userAgent };
  return { action: "auth.register", outcome: "ok", actor };
}

/** Which of the names are someone else's already? Of addresses that are confirmed by mail that is not told. */
export async function findTaken(
  { db, settings }: { readonly db: Database; readonly settings: Settings },
  { usernameKey, email }: Wanted,
): Promise<FieldErrors | null> {
  const { users } = db.tables;
  const emailKey = isConfirmed(settings) ? null : email;
  const holders = await db
    .select({ usernameKey: users.usernameKey, emailKey: users.emailKey })
    .from(users)
    .where(or(eq(users.usernameKey, usernameKey), emailKey === null ? undefined : eq(users.emailKey, emailKey)));
  if (holders.length === 0) return null;
  const isEmailTaken = emailKey !== null && holders.some((holder) => holder.emailKey === emailKey);
  return {
    ...(holders.some((holder) => holder.usernameKey === usernameKey) ? { username: ["This username is taken."] } : {}),
    ...(isEmailTaken ? { email: ["There is an account with this address already."] } : {}),
  };
}
