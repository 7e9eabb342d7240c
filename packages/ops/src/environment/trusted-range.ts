import { isIP } from "node:net";

/** One entry of `TRUST_PROXY`. */
export interface TrustedRange {
  readonly entry: string;
  readonly address: string;
  readonly family: 4 | 6;
  /** Length of the prefix: 32 or 128 is one address. */
  readonly bits: number;
}

/** Reads addresses, CIDR ranges and `loopback`, separated by commas; null when one is none of them. The server reads them the same way. */
export function parseTrustedRanges(text: string): readonly TrustedRange[] | null {
  const entries = text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const ranges = entries.flatMap(parseEntry);
  return ranges.includes(null) ? null : ranges.filter((range) => range !== null);
}

function parseEntry(entry: string): (TrustedRange | null)[] {
  if (entry === "loopback") {
    return [
      { entry, address: "127.0.0.0", family: 4, bits: 8 },
      { entry, address: "::1", family: 6, bits: 128 },
    ];
  }
  const [address = "", prefix, ...rest] = entry.split("/");
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  const isWellFormed = rest.length === 0 && /^\d{1,3}$/.test(prefix ?? "0") && bits <= most;
  return (family === 4 || family === 6) && isWellFormed ? [{ entry, address, family, bits }] : [null];
}
