import type { Settings } from "@countersign/contract";

import { isUsable } from "../password/unusable-password.ts";

import { toEmailKey } from "./email.ts";
import { toUsernameKey } from "./username.ts";

/** What someone signs in by, normalised like what is stored. */
export interface LoginName {
  readonly kind: "email" | "username";
  readonly key: string;
}

const mostRawLength = 256;

/**
 * Reads the name someone signs in with: with an @ in it an email address, else a username. Null when it can't be anyone's.
 */
export function parseLoginName(raw: string): LoginName | null {
  if (raw.length > mostRawLength) return null;
  const kind = raw.normalize("NFKC").includes("@") ? "email" : "username";
  const key = kind === "email" ? toEmailKey(raw) : toUsernameKey(raw);
  // No stored name has control characters; Postgres would not even take a NUL as a question.
  return key === "" || /\p{C}/u.test(key) ? null : { kind, key };
}

/** What guesses are counted by. */
export function accountName({ kind, key }: LoginName): string {
  return `${kind} ${key}`;
}

/**
 * The names that are a user's for certain, so that guesses at them start anew with a sign-in. Where addresses are confirmed
 * one that was only typed is not among them, whoever has it: somebody else's would be opened to guesses without end, and one
 * could tell by it which addresses are taken.
 */
export function accountNames(
  user: {
    readonly usernameKey: string;
    readonly emailKey: string | null;
    readonly emailVerifiedAt: Date | null;
  },
  { EMAIL_VERIFICATION }: Pick<Settings, "EMAIL_VERIFICATION">,
): readonly string[] {
  const username = accountName({ kind: "username", key: user.usernameKey });
  const isOwn = EMAIL_VERIFICATION === "off" || user.emailVerifiedAt !== null;
  return user.emailKey === null || !isOwn ? [username] : [username, accountName({ kind: "email", key: user.emailKey })];
}

/** Does the account's password let anybody in? It takes a name as well that can be typed beside it. */
export function hasPasswordWayIn(
  { email, passwordHash }: { readonly email: string | null; readonly passwordHash: string | null },
  { LOGIN_FIELDS }: Pick<Settings, "LOGIN_FIELDS">,
): boolean {
  return isUsable(passwordHash) && (email !== null || LOGIN_FIELDS.split(",").includes("username"));
}
