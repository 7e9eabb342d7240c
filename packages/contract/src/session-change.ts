import { z } from "./z.ts";

/**
 * What an HTTP answer did to the browser's session, told in the header `session-change`. The token itself is HttpOnly,
 * so this is how the page learns that its socket and what it has read may belong to someone else now.
 */
export const SessionChange = z.enum([
  /** An anonymous visitor signed in: open sockets are handed over, nothing is lost. */
  "signed-in",
  /** Another user signed in over a session: everything of the old one is dropped. */
  "switched",
  /** The same user has a new token (step-up, changed password): open sockets are handed over. */
  "rotated",
  /** Something is kept for the visitor from now on, under a cookie of its own: open sockets are handed over. */
  "visitor",
  /** The session is gone: everything of its user is dropped. */
  "signed-out",
]);
export type SessionChange = z.infer<typeof SessionChange>;

/** The response header that carries a `SessionChange`. Absent when the session did not change. */
export const sessionChangeHeader = "session-change";

/** Parses the header's value; null when it is absent or not known. */
export function parseSessionChange(value: unknown): SessionChange | null {
  const parsed = SessionChange.safeParse(value);
  return parsed.success ? parsed.data : null;
}
