import { createHash, randomBytes } from "node:crypto";

const wellFormed = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits as 43 characters of base64url. It goes into a cookie and nowhere else: the database keeps its hash. */
export function createToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * The SHA-256 of a token, in hex: what the database keeps and sessions are found by. Null for everything that is not
 * exactly a well-formed token, so that junk never reaches the database.
 *
 * Finding a session by this hash leaks nothing through time: whoever guesses does not control the hash's leading bits.
 */
export function hashToken(token: string | null | undefined): string | null {
  if (!isToken(token)) return null;
  return createHash("sha256").update(token).digest("hex");
}

/** Is this shaped like a token? Says nothing about whether it opens a session. */
export function isToken(value: unknown): value is string {
  return typeof value === "string" && wellFormed.test(value);
}
