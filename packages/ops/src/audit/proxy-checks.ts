import { parseTrustedRanges, type TrustedRange } from "../environment/trusted-range.ts";

import type { Check } from "./check.ts";
import { isLoopbackHost, isPrivateHost } from "./hosts.ts";

/** Who stands before the server. */
export const proxyChecks: readonly Check[] = [
  {
    id: "proxy-trusts-everyone",
    severity: "error",
    about: "Forwarded headers of nearly anybody are believed: whoever calls can choose the address that limits go by.",
    setting: "TRUST_PROXY",
    find: ({ environment }) =>
      entriesOf(rangesOf(environment.trustProxy).filter(isNearlyEverybody)).map(
        (entry) => `${entry} believes nearly anybody: a caller can choose the address that limits go by.`,
      ),
    cure: "Write the addresses of your proxies only.",
    isGrave: true,
  },
  {
    id: "proxy-wide",
    severity: "warning",
    about: "Forwarded headers of a wide range of public addresses are believed.",
    setting: "TRUST_PROXY",
    find: ({ environment }) =>
      entriesOf(
        rangesOf(environment.trustProxy).filter(
          (range) => !isNearlyEverybody(range) && isWide(range) && !isPrivateHost(range.address),
        ),
      ).map((entry) => `${entry} is a wide range of public addresses.`),
    cure: "Write the addresses of your proxies only, or the ranges that your provider publishes for them.",
  },
  {
    id: "proxy-not-trusted",
    severity: "warning",
    about: "The site is https, so a proxy stands before the server, and what it says of clients is not believed.",
    setting: "TRUST_PROXY",
    find: ({ environment: { publicUrl, trustProxy } }) =>
      publicUrl.startsWith("https:") && rangesOf(trustProxy).length === 0
        ? "The proxy that speaks https is not trusted, so everybody has its address: limits per address hit all at once, and device lists show it."
        : null,
    cure: "Write the proxy's address as the server sees it, or loopback.",
  },
  {
    id: "port-open",
    severity: "notice",
    about: "The plain port is open on more than this machine, beside the proxy that speaks https.",
    setting: "HOST",
    find: ({ environment: { publicUrl, host, port } }) =>
      publicUrl.startsWith("https:") && !isLoopbackHost(host) ? `Port ${port} speaks plain http on ${host}.` : null,
    cure: "See to it that only the proxy reaches it, or write HOST=127.0.0.1 where the proxy is on this machine.",
  },
];

function rangesOf(text: string): readonly TrustedRange[] {
  return parseTrustedRanges(text) ?? [];
}

/** An entry may stand for several ranges, and is told of once. */
function entriesOf(ranges: readonly TrustedRange[]): readonly string[] {
  return [...new Set(ranges.map(({ entry }) => entry))];
}

function isNearlyEverybody({ family, bits }: TrustedRange): boolean {
  return bits < (family === 4 ? 8 : 16);
}

function isWide({ family, bits }: TrustedRange): boolean {
  return bits < (family === 4 ? 16 : 32);
}
