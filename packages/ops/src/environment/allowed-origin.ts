/** One entry of `ALLOWED_ORIGINS`. */
export interface AllowedOrigin {
  readonly scheme: "http" | "https";
  /** Without brackets around an address. */
  readonly host: string;
  /** It stands for all sub-domains of the host, at any depth. */
  readonly isWildcard: boolean;
}

/** Reads an origin, or `https://*.example.com`; null when it is neither. What is read here, the server accepts as well. */
export function parseAllowedOrigin(entry: string): AllowedOrigin | null {
  const parts = /^(https?):\/\/\*\.([a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d{1,5})?$/.exec(entry);
  if (parts) return { scheme: schemeOf(`${parts[1]}:`), host: parts[2] ?? "", isWildcard: true };

  if (entry.includes("*") || !URL.canParse(entry)) return null;
  const { origin, protocol, hostname } = new URL(entry);
  if (origin !== entry || !/^https?:$/.test(protocol)) return null;
  return { scheme: schemeOf(protocol), host: hostname.replace(/^\[(.*)\]$/, "$1"), isWildcard: false };
}

function schemeOf(protocol: string): "http" | "https" {
  return protocol === "https:" ? "https" : "http";
}
