import { getDomain, getPublicSuffix } from "tldts";

/** As browsers do it: names under `co.uk` or `github.io` belong to different people. */
const asBrowsers = { allowPrivateDomains: true };

/** May anybody register a name below this one? By the list that browsers go by (publicsuffix.org), as of this release. */
export function isPublicSuffix(host: string): boolean {
  return getPublicSuffix(host, asBrowsers) === host;
}

/** Does SameSite take pages of the one for pages of the other? The schemes are not compared. */
export function isOneSite(one: string, other: string): boolean {
  if (one === other) return true;
  const domain = getDomain(one, asBrowsers);
  return domain !== null && domain === getDomain(other, asBrowsers);
}
