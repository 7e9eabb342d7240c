import type { IncomingMessage } from "node:http";
import { BlockList, isIP, isIPv4 } from "node:net";

/** Who is at the other end, and over what: the peer itself, or what a trusted proxy says of it. */
export interface ClientAddress {
  readonly ip: string;
  readonly protocol: "http" | "https";
}

/** Tells which peers are proxies of ours. Empty: forwarded headers are ignored. */
export type TrustedProxies = (address: string) => boolean;

/**
 * Parses `TRUST_PROXY`: addresses and CIDR ranges, comma-separated, or `loopback` for 127.0.0.0/8 and ::1.
 *
 * @throws when an entry is neither.
 */
export function parseTrustedProxies(text: string): TrustedProxies {
  const list = new BlockList();
  for (const entry of text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean))
    addEntry(list, entry);
  return (address) => isIP(address) !== 0 && list.check(address, isIPv4(address) ? "ipv4" : "ipv6");
}

function addEntry(list: BlockList, entry: string): void {
  if (entry === "loopback") {
    list.addSubnet("127.0.0.0", 8, "ipv4");
    list.addAddress("::1", "ipv6");
    return;
  }
  const [address = "", prefix] = entry.split("/");
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  const bits = prefix === undefined ? most : Number(prefix);
  // Digits only: an empty prefix would read as 0, and trust everyone.
  if (family === 0 || !/^\d{1,3}$/.test(prefix ?? "0") || bits > most) {
    throw new Error(`TRUST_PROXY: "${entry}" is not an address, a CIDR range or "loopback".`);
  }
  list.addSubnet(address, bits, family === 4 ? "ipv4" : "ipv6");
}

/**
 * The address of the client. `X-Forwarded-For` is read from the right, past the proxies of ours; the first address that
 * is not ours is the client. From any other peer forwarded headers are ignored.
 */
export function readClientAddress(request: IncomingMessage, isTrusted: TrustedProxies): ClientAddress {
  const peer = plainAddress(request.socket.remoteAddress ?? "");
  const encrypted = "encrypted" in request.socket && request.socket.encrypted === true;
  if (!isTrusted(peer)) return { ip: peer, protocol: encrypted ? "https" : "http" };

  const forwarded = headerText(request.headers["x-forwarded-for"])
    .split(",")
    .map((part) => plainAddress(part.trim()));
  const client = forwarded.findLast((address) => !isTrusted(address));
  const protocol = headerText(request.headers["x-forwarded-proto"]).split(",").at(-1)?.trim();
  return {
    ip: client !== undefined && isIP(client) !== 0 ? client : peer,
    protocol: protocol === "https" ? "https" : "http",
  };
}

/** IPv4-mapped IPv6 is IPv4. */
function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}

function headerText(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(",") : (value ?? "");
}
