import { isIP } from "node:net";

import type { OriginCheck } from "./origin.ts";

/** Is this `Host` one of ours? */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Knows the hosts of the public URL and of the allowed origins, on any port. A page that reaches the server under another name
 * (DNS rebinding, a forgotten record) is none of ours, whatever else it says. An address in digits and `localhost` are no such
 * names: nobody else's page is served under them, and probes and proxies use them.
 */
export function createHostCheck(publicUrl: URL, isAllowedOrigin: OriginCheck): HostCheck {
  return (host) => {
    const name = host === undefined ? null : readName(host);
    if (name === null) return false;
    if (name === publicUrl.hostname || name === "localhost" || isIP(name.replace(/^\[(.*)\]$/, "$1")) !== 0)
      return true;
    // A proxy may have taken the TLS off: of either scheme, and with the port or without it.
    return ["https", "http"].some(
      (scheme) => isAllowedOrigin(`${scheme}://${name}`) || isAllowedOrigin(new URL(`${scheme}://${host}`).origin),
    );
  };
}

/** The name in a `Host` header, lower case, without the port; null when it is none. */
function readName(host: string): string | null {
  const address = `http://${host}`;
  if (!URL.canParse(address)) return null;
  const { hostname, username, password, pathname, search, hash } = new URL(address);
  return username + password + search + hash === "" && pathname === "/" && !host.endsWith("/") ? hostname : null;
}
