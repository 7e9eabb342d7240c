/** Is this `Origin` one of ours? */
export type OriginCheck = (origin: string) => boolean;

/**
 * Compares whole origins: scheme, host and port. An entry may stand for all sub-domains: `https://*.example.com`.
 *
 * @throws when an entry is not an origin.
 */
export function createOriginCheck(entries: readonly string[]): OriginCheck {
  const exact = new Set(entries.filter((entry) => !entry.includes("*")).map(requireOrigin));
  const patterns = entries.filter((entry) => entry.includes("*")).map(toPattern);
  return (origin) => exact.has(origin) || patterns.some((pattern) => pattern.test(origin));
}

function requireOrigin(entry: string): string {
  if (!URL.canParse(entry) || new URL(entry).origin !== entry) {
    throw new Error(
      `ALLOWED_ORIGINS: "${entry}" is not an origin. Write scheme, host and port only, as in https://app.example.com.`,
    );
  }
  return entry;
}

function toPattern(entry: string): RegExp {
  const parts = /^(https?):\/\/\*\.([a-z0-9-]+(?:\.[a-z0-9-]+)+)(:\d{1,5})?$/.exec(entry);
  if (!parts)
    throw new Error(
      `ALLOWED_ORIGINS: "${entry}" is not valid. A star stands for sub-domains, as in https://*.example.com.`,
    );
  const [, scheme, host = "", port = ""] = parts;
  return new RegExp(`^${scheme}://(?:[a-z0-9-]+\\.)+${host.replaceAll(".", "\\.")}${port}$`);
}
