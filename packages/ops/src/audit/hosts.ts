import { BlockList, isIP } from "node:net";

/** Is this this machine, by name or address? Brackets around an address may be there. */
export function isLoopbackHost(host: string): boolean {
  const name = bare(host);
  if (name === "localhost" || name.endsWith(".localhost")) return true;
  return isIP(name) !== 0 && loopback.check(name, isIP(name) === 4 ? "ipv4" : "ipv6");
}

/**
 * Is what is sent there sure to stay in a network of one's own? Private addresses are, and names that only such a network
 * knows: those of containers, without a dot, and those under reserved endings. Any other name may lead anywhere.
 */
export function isPrivateHost(host: string): boolean {
  const name = bare(host);
  if (name === "" || name.startsWith("/") || isLoopbackHost(name)) return true;
  if (isIP(name) !== 0) return privateNetworks.check(name, isIP(name) === 4 ? "ipv4" : "ipv6");
  return !name.includes(".") || privateEndings.some((ending) => name.endsWith(ending));
}

function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, "$1");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** RFC 1918, RFC 6598, RFC 3927, RFC 4193, RFC 4291 §2.5.6. */
const privateNetworks = new BlockList();
privateNetworks.addSubnet("10.0.0.0", 8, "ipv4");
privateNetworks.addSubnet("172.16.0.0", 12, "ipv4");
privateNetworks.addSubnet("192.168.0.0", 16, "ipv4");
privateNetworks.addSubnet("100.64.0.0", 10, "ipv4");
privateNetworks.addSubnet("169.254.0.0", 16, "ipv4");
privateNetworks.addSubnet("fc00::", 7, "ipv6");
privateNetworks.addSubnet("fe80::", 10, "ipv6");

/** RFC 6762, RFC 8375, ICANN's `.internal`, and what container platforms use. */
const privateEndings = [".internal", ".local", ".localdomain", ".lan", ".home.arpa", ".svc"];
