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

/** All names a user signs in by. */
export function accountNames(user: {
  readonly usernameKey: string;
  readonly emailKey: string | null;
}): readonly string[] {
  const username = accountName({ kind: "username", key: user.usernameKey });
  return user.emailKey === null ? [username] : [username, accountName({ kind: "email", key: user.emailKey })];
}
