import { and, desc, eq, isNull } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { AuditEvent } from "../audit/audit-event.ts";
import type { Accounts, SignInResult } from "../auth.ts";
import type { Busy } from "../password/hash-queue.ts";
import { isHashable } from "../password/password-rule.ts";
import type { NewSession } from "../session/session-engine.ts";
import { limitKey } from "../throttle/limit-key.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { beginSession, readNewPrincipal } from "./begin-session.ts";
import { accountName, accountNames, type LoginName, parseLoginName } from "./login-name.ts";
import { remind } from "./remind.ts";

interface Attempt {
  readonly name: LoginName;
  readonly password: string;
  readonly remember: boolean;
  readonly from: SignInOrigin;
}

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Whose password it was, and the hash it was verified against. */
type Verified = StoredUser & { readonly passwordHash: string };

/** Why nobody is signed in: for the audit log, never for the browser. */
interface Refusal {
  readonly status: "refused" | "unverified";
  readonly reason: "inactive" | "no_password" | "unknown_name" | "unverified" | "wrong_password";
  /** Whose name it was. */
  readonly user: StoredUser | null;
}

const refused = Object.freeze({ status: "refused" as const });

/** See `Accounts.login`. */
export async function login(
  context: AccountContext,
  input: Parameters<Accounts["login"]>[0],
  from: SignInOrigin,
): Promise<SignInResult> {
  const name = parseLoginName(input.login);
  // Nobody's name, or nobody's password: refused before any work, whichever accounts there are.
  if (name === null || input.password === "" || !isHashable(input.password)) return refused;
  if (!context.settings.LOGIN_FIELDS.split(",").includes(name.kind)) return refused;

  const admission = await context.throttle.admitLogin(accountName(name), from.ip);
  if (admission.status === "limited") {
    recordHeldBack(context, name, from);
    return admission;
  }
  try {
    const attempt = { name, password: input.password, remember: input.remember ?? false, from };
    const outcome = await signIn(context, attempt);
    if ("status" in outcome) {
      if (outcome.status !== "busy") recordRefusal(context, outcome, from);
      if (outcome.status === "refused") return refused;
      admission.cancelled();
      return outcome.status === "busy" ? outcome : { status: "unverified" };
    }
    admission.succeeded(accountNames(outcome.user, context.settings));
    const principal = await readNewPrincipal(context, outcome);
    return principal ? { status: "signed-in", principal, token: outcome.token, session: outcome.session } : refused;
  } catch (error) {
    // A database that is away says nothing about the password.
    admission.cancelled();
    throw error;
  }
}

/** Whose name was typed stands in the log when it is somebody's. Else it does not: at times it is a password. */
function recordRefusal(
  { audit }: AccountContext,
  { reason, user }: { readonly reason: string; readonly user: StoredUser | null },
  { ip, userAgent }: SignInOrigin,
): void {
  const subject = user ? { id: user.id, name: user.username } : { id: null, name: null };
  const actor = { id: null, name: null, ip, userAgent };
  audit.record({ action: "auth.login", outcome: "refused", reason, actor, subject });
}

/** The limit came first, so it is looked up for the log only whose name it was. */
function recordHeldBack(context: AccountContext, name: LoginName, { ip, userAgent }: SignInOrigin): void {
  const actor = { id: null, name: null, ip, userAgent };
  context.audit.record(
    { action: "auth.login", outcome: "refused", reason: "limited", actor },
    {
      key: limitKey("aim", accountName(name)),
      async findSubject() {
        const [user] = await findCandidates(context, name);
        return { id: user?.id ?? null, name: user?.username ?? null };
      },
    },
  );
}

/** A new session when the name and the password are right. */
async function signIn(
  context: AccountContext,
  attempt: Attempt,
  isSecondTry = false,
): Promise<(NewSession & { readonly user: StoredUser }) | Busy | Refusal> {
  const user = await verifyPassword(context, attempt);
  if ("status" in user) return user;
  // Only now: that there is such an account is told to whoever knows its password.
  if (mustVerify(user, context.settings)) {
    await remind(context, user.id, attempt.from);
    return { status: "unverified", reason: "unverified", user };
  }

  const passwordHash = await renewHash(context, user, attempt.password);
  const begun = await context.db.transaction(async (tx) => {
    const isStillRight = await markSignedIn(tx, user, passwordHash, new Date(context.clock.now()));
    if (!isStillRight) return null;
    const session = await beginSession(context, tx, { userId: user.id, ...attempt });
    await context.audit.recordIn(tx, toEvent(user, session, attempt));
    return session;
  });
  if (begun) return { ...begun, user };

  // The hash was replaced meanwhile: by a sign-in beside this one that renewed it, or with the password. Look again, once.
  return isSecondTry ? { status: "refused", reason: "wrong_password", user } : signIn(context, attempt, true);
}

function toEvent(user: StoredUser, { session }: NewSession, { from, remember }: Attempt): AuditEvent {
  const { ip, userAgent } = from;
  const actor = { id: user.id, name: user.username, sessionId: session.id, ip, userAgent };
  return { action: "auth.login", outcome: "ok", actor, details: { remember } };
}

/** An account without an address has none to confirm: an operator made it. */
function mustVerify(
  { email, emailVerifiedAt }: StoredUser,
  { EMAIL_VERIFICATION }: AccountContext["settings"],
): boolean {
  return EMAIL_VERIFICATION === "required" && email !== null && emailVerifiedAt === null;
}

async function verifyPassword(
  context: AccountContext,
  { name, password }: Attempt,
): Promise<Verified | Busy | Refusal> {
  let verified: Verified | null = null;
  const candidates = await findCandidates(context, name);
  // All of them, also after one that fits: the time must not tell which of them there are.
  for (const user of candidates) {
    // Who may not sign in is verified against nobody's hash: the same wait and the same work as for a wrong password.
    const passwordHash = user?.isActive ? user.passwordHash : null;
    const matches = await context.passwords.verify(passwordHash, password);
    if (typeof matches !== "boolean") return matches;
    if (matches && user && passwordHash !== null) verified ??= { ...user, passwordHash };
  }
  if (verified !== null) return verified;
  const user = candidates[0] ?? null;
  return { status: "refused", reason: reasonFor(user), user };
}

/**
 * Whose name it may be, always as many. Where addresses are confirmed, somebody may wait to confirm one that is another
 * account's: if they could not sign in by it, that would tell that it is.
 */
async function findCandidates(
  { db, settings }: AccountContext,
  { kind, key }: LoginName,
): Promise<readonly (StoredUser | null)[]> {
  const { users } = db.tables;
  const column = kind === "email" ? users.emailKey : users.usernameKey;
  const [user = null] = await db.select().from(users).where(eq(column, key));
  if (kind === "username" || settings.EMAIL_VERIFICATION === "off") return [user];

  const [waiting = null] = await db
    .select()
    .from(users)
    .where(and(eq(users.email, key), isNull(users.emailKey)))
    .orderBy(desc(users.id))
    .limit(1);
  return [user, waiting];
}

function reasonFor(user: StoredUser | null): Refusal["reason"] {
  if (!user) return "unknown_name";
  if (!user.isActive) return "inactive";
  return user.passwordHash === null ? "no_password" : "wrong_password";
}

/** Today's hash of the password when the stored one has older parameters, else the stored one. */
async function renewHash({ passwords }: AccountContext, user: Verified, password: string): Promise<string> {
  if (!passwords.isOutdated(user.passwordHash)) return user.passwordHash;
  const renewed = await passwords.hash(password);
  return typeof renewed === "string" ? renewed : user.passwordHash;
}

/**
 * Writes the sign-in down, unless the user was switched off or got another password since it was verified. The row stays
 * locked until the commit: whoever switches the user off after this also finds, and ends, the session that begins here.
 */
async function markSignedIn(tx: Transaction, user: Verified, passwordHash: string, now: Date): Promise<boolean> {
  const { users } = tx.tables;
  const renewed = passwordHash === user.passwordHash ? {} : { passwordHash };
  const marked = await tx
    .update(users)
    .set({ lastLoginAt: now, ...renewed })
    .where(and(eq(users.id, user.id), eq(users.isActive, true), eq(users.passwordHash, user.passwordHash)))
    .returning({ id: users.id });
  return marked.length === 1;
}
