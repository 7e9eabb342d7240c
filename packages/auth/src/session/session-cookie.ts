import { isToken } from "./token.ts";

/** Browsers keep no cookie for longer (RFC 6265bis §5.5). */
const longestSeconds = 400 * 86_400;

/** How the session's token travels. One of these serves one public URL. */
export interface SessionCookie {
  /** `__Host-session` over https; `session` on plain http, where browsers refuse the prefix. */
  readonly name: string;
  /** The `Set-Cookie` that hands out a session. Without "remember me" the cookie ends with the browser. */
  serialize(options: {
    readonly token: string;
    readonly session: { readonly remember: boolean; readonly absoluteExpiresAt: Date };
    /** Milliseconds since the epoch, by the clock the session was made by. */
    readonly now: number;
  }): string;
  /** The `Set-Cookie` that takes it away: the same name, path and attributes. */
  serializeCleared(): string;
  /**
   * The token in a request's `Cookie` header, or null. Never throws. A name that occurs twice counts as absent, because
   * one of the two was planted (by a sub-domain, say) and nobody can tell which. Only this cookie's own name is looked at.
   */
  read(header: string | null | undefined): string | null;
}

/** The cookie for a site with this public URL. Over https it is `Secure` and bound to the host by its `__Host-` name. */
export function createSessionCookie(publicUrl: string | URL): SessionCookie {
  const isSecure = new URL(publicUrl).protocol === "https:";
  const name = isSecure ? "__Host-session" : "session";
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;

  return {
    name,
    serialize({ token, session, now }) {
      if (!isToken(token)) throw new Error("This is not a session token. Make it with createToken().");
      const maxAge = session.remember ? `; Max-Age=${secondsUntil(session.absoluteExpiresAt, now)}` : "";
      return `${name}=${token}${attributes}${maxAge}`;
    },
    serializeCleared: () => `${name}=${attributes}; Max-Age=0`,
    read(header) {
      const values = readAll(header, name);
      return values.length === 1 && isToken(values[0]) ? values[0] : null;
    },
  };
}

// Rounded, so that the milliseconds between making the session and answering do not cost a second.
function secondsUntil(end: Date, now: number): number {
  return Math.max(0, Math.min(longestSeconds, Math.round((end.getTime() - now) / 1000)));
}

function readAll(header: string | null | undefined, name: string): string[] {
  if (typeof header !== "string") return [];
  return header.split(";").flatMap((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 0 || trim(pair.slice(0, equals)) !== name) return [];
    return [trim(pair.slice(equals + 1))];
  });
}

// Blanks and tabs only. Trimming Unicode's other spaces as well would let a cookie named "\u2000__Host-session", which
// any sub-domain may set, pass for ours. A loop, because `/[ \t]+$/` takes quadratic time on a long run of blanks.
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
