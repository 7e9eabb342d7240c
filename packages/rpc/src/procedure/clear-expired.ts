import type { Caller } from "./call-context.ts";

/**
 * Takes the cookie of an expired session away, over HTTP. Only that one: a cookie that is merely unknown here may be the
 * one before a sign-in whose answer is on its way, and clearing it would sign the user out again.
 */
export async function clearExpired({ reply, tokenHash, services: { auth, cookie } }: Caller): Promise<void> {
  if (reply === null || tokenHash === null) return;
  if (await auth.sessions.isExpired(tokenHash)) reply.clearSession(cookie.serializeCleared());
}
