import { and, eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

import type { Accounts, SignInResult } from "../auth.ts";
import type { Busy } from "../password/hash-queue.ts";
import { isHashable } from "../password/password-rule.ts";
import type { NewSession } from "../session/session-engine.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { beginSession, readNewPrincipal } from "./begin-session.ts";
import { accountName, accountNames, type LoginName, parseLoginName } from "./login-name.ts";
import { postVerification } from "./post-verification.ts";

interface Attempt {
  readonly name: LoginName;
  readonly password: string;
  readonly remember: boolean;
  readonly from: SignInOrigin;
}

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Whose password it was, and the hash it was verified against. */
type Verified = StoredUser & { readonly passwordHash: string };

interface Unverified {
  readonly status: "unverified";
}

const unverified: Unverified = Object.freeze({ status: "unverified" });
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
  if (admission.status === "limited") return admission;
  try {
    const attempt = { name, password: input.password, remember: input.remember ?? false, from };
    const outcome = await signIn(context, attempt);
    if (outcome === null) return refused;
    if ("status" in outcome) {
      await admission.cancelled();
      return outcome;
    }
    await admission.succeeded(accountNames(outcome.user));
    const principal = await readNewPrincipal(context, outcome);
    return principal ? { status: "signed-in", principal, token: outcome.token, session: outcome.session } : refused;
  } catch (error) {
    // A database that is away says nothing about the password.
    await admission.cancelled();
    throw error;
  }
}

/** A new session when the name and the password are right; null when they are not. */
async function signIn(
  context: AccountContext,
  attempt: Attempt,
  isSecondTry = false,
): Promise<(NewSession & { readonly user: StoredUser }) | Busy | Unverified | null> {
  const user = await verifyPassword(context, attempt);
  if (user === null || "status" in user) return user;
  // Only now: that there is such an account is told to whoever knows its password.
  if (mustVerify(user, context.settings)) {
    await remind(context, user, attempt.from);
    return unverified;
  }

  const passwordHash = await renewHash(context, user, attempt.password);
  const begun = await context.db.transaction(async (tx) => {
    const isStillRight = await markSignedIn(tx, user, passwordHash, new Date(context.clock.now()));
    return isStillRight ? beginSession(context, tx, { userId: user.id, ...attempt }) : null;
  });
  if (begun) return { ...begun, user };

  // The hash was replaced meanwhile: by a sign-in beside this one that renewed it, or with the password. Look again, once.
  return isSecondTry ? null : signIn(context, attempt, true);
}

/** An account without an address has none to confirm: an operator made it. */
function mustVerify(
  { email, emailVerifiedAt }: StoredUser,
  { EMAIL_VERIFICATION }: AccountContext["settings"],
): boolean {
  return EMAIL_VERIFICATION === "required" && email !== null && emailVerifiedAt === null;
}

/** Another link, at most one within the window of sign-ins. */
async function remind(context: AccountContext, user: StoredUser, from: SignInOrigin): Promise<void> {
  const admission = await context.throttle.admitReminder(user.id);
  if (admission.status === "admitted") postVerification(context, user.id, from.locale ?? null);
}

async function verifyPassword(context: AccountContext, { name, password }: Attempt): Promise<Verified | Busy | null> {
  const { users } = context.db.tables;
  const column = name.kind === "email" ? users.emailKey : users.usernameKey;
  const [user] = await context.db.select().from(users).where(eq(column, name.key));

  // Who may not sign in is verified against nobody's hash: the same wait and the same work as for a wrong password.
  const passwordHash = user?.isActive ? user.passwordHash : null;
  const matches = await context.passwords.verify(passwordHash, password);
  if (typeof matches !== "boolean") return matches;
  return matches && user && passwordHash !== null ? { ...user, passwordHash } : null;
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
