import type { OriginCheck } from "./origin.ts";

/** Is this `Host` one of ours? */
export type HostCheck = (host: string | undefined) => boolean;

/**
 * Knows the hosts of the public URL and of the allowed origins. A page that reaches the server under another name (DNS
 * rebinding, a forgotten record) is none of ours, whatever else it says.
 */
export function createHostCheck(publicUrl: URL, isAllowedOrigin: OriginCheck): HostCheck {
  return (host) => {
    if (host === undefined) return false;
    // A proxy may have taken the TLS off: of either scheme, without the port that goes without saying.
    return ["https", "http"].some((scheme) => {
      const address = `${scheme}://${host}`;
      if (!URL.canParse(address)) return false;
      const { origin } = new URL(address);
      return origin === publicUrl.origin || isAllowedOrigin(origin);
    });
  };
}
