import { BlockList, isIP } from "node:net";

/** What one entry of `TRUST_PROXY` stands for, or a part of it. */
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
  if (!isWellFormed || (family !== 4 && family !== 6)) return [null];
  return family === 4 ? [{ entry, address, family, bits }] : withMapped({ entry, address, family, bits });
}

/**
 * An IPv6 range that reaches into ::ffff:0:0/96 (RFC 4291 §2.5.5.2) is one of IPv4 addresses as well: whoever compares
 * addresses takes the mapped one and the plain one for the same.
 */
function withMapped(range: TrustedRange): TrustedRange[] {
  const { entry, address, bits } = range;
  if (bits >= 96) {
    if (!mapped.check(address, "ipv6")) return [range];
    return [{ entry, address: plainOf(address), family: 4, bits: bits - 96 }];
  }
  const list = new BlockList();
  list.addSubnet(address, bits, "ipv6");
  return list.check("::ffff:0:0", "ipv6") ? [range, { entry, address: "0.0.0.0", family: 4, bits: 0 }] : [range];
}

const mapped = new BlockList();
mapped.addSubnet("::ffff:0:0", 96, "ipv6");

/** Of an address within ::ffff:0:0/96, however it is written: a URL has it in one way only. */
function plainOf(address: string): string {
  const [high = 0, low = 0] = new URL(`http://[${address}]`).hostname
    .slice(1, -1)
    .split(":")
    .slice(-2)
    .map((part) => Number.parseInt(part, 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}
