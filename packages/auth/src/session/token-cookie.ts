import { isToken } from "./token.ts";

/** Browsers keep no cookie for longer (RFC 6265bis §5.5). */
const longestSeconds = 400 * 86_400;

/** How a token travels in a cookie of one name. One of these serves one public URL. */
export interface TokenCookie {
  /** `__Host-…` over https; without it on plain http, where browsers refuse the prefix. */
  readonly name: string;
  /** The `Set-Cookie` that hands out the token. With null for the age the cookie ends with the browser. */
  serialize(token: string, maxAgeSeconds: number | null): string;
  /** The `Set-Cookie` that takes it away: the same name, path and attributes. */
  serializeCleared(): string;
  /**
   * The token in a request's `Cookie` header, or null. Never throws. A name that occurs twice counts as absent, because
   * one of the two was planted (by a sub-domain, say) and nobody can tell which. Only this cookie's own name is looked at.
   */
  read(header: string | null | undefined): string | null;
}

/** The cookie `baseName` for a site with this public URL. Over https it is `Secure` and bound to the host by its name. */
export function createTokenCookie(publicUrl: string | URL, baseName: string): TokenCookie {
  const isSecure = new URL(publicUrl).protocol === "https:";
  const name = isSecure ? `__Host-${baseName}` : baseName;
  const attributes = `; Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;

  return {
    name,
    serialize(token, maxAgeSeconds) {
      if (!isToken(token)) throw new Error("This is not a session token. Make it with createToken().");
      const maxAge = maxAgeSeconds === null ? "" : `; Max-Age=${bound(maxAgeSeconds)}`;
      return `${name}=${token}${attributes}${maxAge}`;
    },
    serializeCleared: () => `${name}=${attributes}; Max-Age=0`,
    read(header) {
      const values = readAll(header, name);
      return values.length === 1 && isToken(values[0]) ? values[0] : null;
    },
  };
}

function bound(seconds: number): number {
  return Math.max(0, Math.min(longestSeconds, Math.round(seconds)));
}

function readAll(header: string | null | undefined, name: string): string[] {
  return readPairs(header).flatMap(([each, value]) => (each === name ? [value] : []));
}

/** The names and values of a `Cookie` header, as they stand there. Never throws. */
export function readPairs(header: string | null | undefined): (readonly [name: string, value: string])[] {
  if (typeof header !== "string") return [];
  return header.split(";").flatMap((pair) => {
    const equals = pair.indexOf("=");
    return equals < 0 ? [] : [[trim(pair.slice(0, equals)), trim(pair.slice(equals + 1))] as const];
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
