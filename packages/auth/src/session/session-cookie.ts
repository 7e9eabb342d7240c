import { createTokenCookie, type TokenCookie } from "./token-cookie.ts";

/** How the session's token travels. One of these serves one public URL. */
export interface SessionCookie extends Omit<TokenCookie, "serialize"> {
  /** The `Set-Cookie` that hands out a session. Without "remember me" the cookie ends with the browser. */
  serialize(options: {
    readonly token: string;
    readonly session: { readonly remember: boolean; readonly absoluteExpiresAt: Date };
    /** Milliseconds since the epoch, by the clock the session was made by. */
    readonly now: number;
  }): string;
}

/** The cookie of sessions: `__Host-session` over https, `session` on plain http. */
export function createSessionCookie(publicUrl: string | URL): SessionCookie {
  const cookie = createTokenCookie(publicUrl, "session");
  return {
    ...cookie,
    serialize({ token, session, now }) {
      // Rounded there, so that the milliseconds between making the session and answering do not cost a second.
      return cookie.serialize(token, session.remember ? (session.absoluteExpiresAt.getTime() - now) / 1000 : null);
    },
  };
}

/** The cookie of visitors for whom something is kept: `__Host-visitor` over https, `visitor` on plain http. */
export function createVisitorCookie(publicUrl: string | URL): TokenCookie {
  return createTokenCookie(publicUrl, "visitor");
}
