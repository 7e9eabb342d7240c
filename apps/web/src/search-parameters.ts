/** The part of an address after `?`, by name. A name that is there more than once has all its values. */
export type SearchParameters = Record<string, string | string[]>;

/** Reads `?a=1&b=2`. Values stay text: the address is not a place for types. */
export function parseSearch(search: string): SearchParameters {
  const parsed = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(search)) {
    const before = parsed.get(name);
    parsed.set(name, before === undefined ? value : [before, value].flat());
  }
  return Object.fromEntries(parsed);
}

/**
 * Writes them again, escaping only what must be, so that an address a person asked for is not rewritten
 * (`?param=http://example.com` stays as it is; RFC 3986 §3.4 allows it).
 */
export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(search).flatMap(([name, value]) =>
    [value].flat().flatMap((one) => (one === undefined || one === null ? [] : [`${escape(name)}=${escape(one)}`])),
  );
  return pairs.length > 0 ? `?${pairs.join("&")}` : "";
}

function escape(part: unknown): string {
  return encodeURIComponent(String(part))
    .replaceAll("%20", "+")
    .replace(/%(?:2F|3A|3F|40|2C|3B|24)/g, decodeURIComponent);
}
