/**
 * The cookies of one browser. As in a browser, a host has one set of them whatever its ports, and a path has those of the paths
 * above it. `Domain` and `Secure` are not looked at: tests stay on this machine.
 */
export interface CookieJar {
  /** Takes what an answer from there set. */
  take(url: string, response: Response): void;
  /** For the `Cookie` header of a request to there; null when there is none. */
  header(url: string): string | null;
  /** Removes all cookies of the host of this URL. */
  forget(url: string): void;
}

interface Cookie {
  readonly host: string;
  readonly path: string;
  readonly name: string;
  readonly value: string;
  /** In milliseconds since 1970; null as long as the browser is open. */
  readonly expiresAt: number | null;
}

export function createCookieJar(): CookieJar {
  let cookies: readonly Cookie[] = [];
  return {
    take(url, response) {
      for (const line of response.headers.getSetCookie()) {
        const cookie = readCookie(line, new URL(url));
        cookies = cookies.filter((each) => !isSame(each, cookie));
        if (isAlive(cookie)) cookies = [...cookies, cookie];
      }
    },
    header(url) {
      const { hostname, pathname } = new URL(url);
      const sent = cookies.filter((each) => each.host === hostname && isAlive(each) && covers(each.path, pathname));
      return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
    forget(url) {
      const { hostname } = new URL(url);
      cookies = cookies.filter(({ host }) => host !== hostname);
    },
  };
}

function readCookie(line: string, { hostname, pathname }: URL): Cookie {
  const [pair = "", ...attributes] = line.split(";");
  const [name, value] = splitOnce(pair);
  const given = new Map(attributes.map(splitOnce).map(([key, text]) => [key.toLowerCase(), text]));
  const path = given.get("path");
  return {
    host: hostname,
    // RFC 6265 §5.1.4: without one, the folder of the request.
    path: path?.startsWith("/") ? path : pathname.replace(/\/[^/]*$/, "") || "/",
    name,
    value,
    expiresAt: expiryOf(given.get("max-age"), given.get("expires")),
  };
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text.trim(), ""] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** `Max-Age` goes before `Expires`. */
function expiryOf(maxAge: string | undefined, expires: string | undefined): number | null {
  if (maxAge !== undefined) return Date.now() + Number(maxAge) * 1000;
  return expires === undefined ? null : Date.parse(expires);
}

function isSame(one: Cookie, other: Cookie): boolean {
  return one.host === other.host && one.path === other.path && one.name === other.name;
}

function isAlive({ expiresAt }: Cookie): boolean {
  return expiresAt === null || expiresAt > Date.now();
}

function covers(path: string, requested: string): boolean {
  return requested === path || requested.startsWith(path.endsWith("/") ? path : `${path}/`);
}
