import type { Caller } from "./call-context.ts";
import { staleToken } from "./call-error.ts";

/**
 * What a refused call over HTTP is told of a token that opens nothing. Of one that was replaced a moment ago: that the call may
 * be made again, for the browser has the newer one. The cookie of an expired session is taken away, and only that one: a
 * cookie that is merely unknown here may be the one before a sign-in whose answer is on its way, and clearing it would sign
 * the user out again.
 *
 * @throws UNAUTHORIZED, STALE_CONNECTION
 */
export async function answerLostToken({ reply, tokenHash, services: { auth, cookie } }: Caller): Promise<void> {
  if (reply === null || tokenHash === null) return;
  const why = await auth.sessions.explainToken(tokenHash);
  if (why === "replaced") throw staleToken();
  if (why === "expired") reply.clearSession(cookie.serializeCleared());
}
