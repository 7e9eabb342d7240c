import { isIPv4, isIPv6 } from "node:net";

/**
 * What limits count an address by: an IPv4 address as it is, also when written as IPv4-mapped IPv6; of other IPv6 addresses
 * the /64, since one customer holds all of it. Everything unknown shares one key, so that no limit is passed by hiding.
 */
export function addressKey(ip: string | null | undefined): string {
  const address = (ip ?? "").split("%", 1)[0] ?? "";
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return "unknown";

  const words = expand(address);
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped)
    return words
      .slice(6)
      .flatMap((word) => [word >> 8, word & 0xff])
      .join(".");
  return `${words
    .slice(0, 4)
    .map((word) => word.toString(16))
    .join(":")}::/64`;
}

/** The eight 16-bit words of a valid IPv6 address. */
function expand(address: string): number[] {
  const [head = "", tail] = address.split("::");
  const before = toWords(head);
  if (tail === undefined) return before;
  const after = toWords(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function toWords(part: string): number[] {
  return part.split(":").flatMap((word) => {
    if (word === "") return [];
    if (!word.includes(".")) return [Number.parseInt(word, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = word.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
