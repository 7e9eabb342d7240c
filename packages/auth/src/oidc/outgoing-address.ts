import type { LookupAddress, LookupOptions } from "node:dns";
import { BlockList, isIP, isIPv6 } from "node:net";

import { lookUp, type Resolve } from "./look-up-in-turns.ts";

/** Which addresses calls to providers may go to. */
export interface AddressRule {
  readonly allowPrivate: boolean;
  readonly allowLoopback: boolean;
}

/** Of IPv6 there is a list of what may be called, since the whole of it has too many ways to spell what is within. */
const everybodys = listOf(["2000::", 3]);
const loopback = listOf(["127.0.0.0", 8], ["::1", 128]);

/** Networks that are nobody's outside, where other things answer that trust whoever can reach them. */
const closed = listOf(
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["64:ff9b::", 96],
  ["fc00::", 7],
);

/** What hands out the keys of a cloud's machines: of AWS and most others, of Alibaba, Azure, Google and Oracle. */
const metadata = [
  ["169.254.0.0", 16],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["192.0.0.192", 32],
  ["fd00:ec2::254", 128],
  ["fd20:ce::254", 128],
  ["fd00:c1::a9fe:a9fe", 128],
] as const;

/** No provider is ever there: networks without hosts, examples, many at once, and what leads elsewhere through a tunnel. */
const empty = [
  ["0.0.0.0", 8],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const;

const nobodys = listOf(...metadata, ...empty, ...throughNat64([...metadata, ...empty, ["127.0.0.0", 8]]));

/** May this address be called? IPv4 addresses written as IPv6 are what they stand for. */
export function isCallable(address: string, { allowPrivate, allowLoopback }: AddressRule): boolean {
  if (isIP(address) === 0 || address.includes("%")) return false;
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (nobodys.check(address, family)) return false;
  if (loopback.check(address, family)) return allowPrivate || allowLoopback;
  if (closed.check(address, family)) return allowPrivate;
  return family === "ipv4" || isMapped(address) || everybodys.check(address, family);
}

const mapped = listOf(["::ffff:0:0", 96]);

/** `::ffff:192.0.2.1`: to the lists above it is the IPv4 address. */
function isMapped(address: string): boolean {
  return mapped.check(address, "ipv6");
}

/** The same networks where IPv4 is reached by way of IPv6 (RFC 6052 §2.1). */
function throughNat64(subnets: readonly Subnet[]): readonly Subnet[] {
  return subnets.flatMap(([network, prefix]) =>
    isIPv6(network) ? [] : [[`64:ff9b::${network}`, 96 + prefix] as const],
  );
}

type Subnet = readonly [network: string, prefix: number];

type Resolved = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Node's `lookup`, which fails where a name stands for an address that may not be called. Asked when a connection is made, so
 * what was resolved before, by whomever, makes no difference (DNS rebinding).
 */
export function createGuardedLookup(rule: AddressRule, resolve: Resolve = lookUp) {
  return (hostname: string, options: LookupOptions, callback: Resolved): void => {
    resolve(hostname, options, (error, addresses) => {
      if (error) return callback(error, []);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isCallable(address, rule)))
        return callback(new RefusedAddress(), []);
      if (options.all === true) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

export class RefusedAddress extends Error {
  override readonly name = "RefusedAddress";

  constructor() {
    super(
      "The provider's name stands for a private address. If it is meant to be there, set its ALLOW_PRIVATE to true.",
    );
  }
}

function listOf(...subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? "ipv6" : "ipv4");
  return list;
}
