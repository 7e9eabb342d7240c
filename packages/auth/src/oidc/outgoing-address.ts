import { lookup as resolve, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP, isIPv6 } from "node:net";

/** Which addresses calls to providers may go to. */
export interface AddressRule {
  readonly allowPrivate: boolean;
  readonly allowLoopback: boolean;
}

const loopback = listOf(["127.0.0.0", 8], ["::1", 128]);

/** Networks that are nobody's outside, where other things answer that trust whoever can reach them. */
const closed = listOf(
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["64:ff9b::", 96],
  ["fc00::", 7],
);

/** No provider is ever there; what answers under 169.254 hands out a cloud machine's keys. */
const nobodys = listOf(
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 128],
  ["2002::", 16],
  ["fe80::", 10],
  ["ff00::", 8],
);

/** May this address be called? IPv4 addresses written as IPv6 are what they stand for. */
export function isCallable(address: string, { allowPrivate, allowLoopback }: AddressRule): boolean {
  if (isIP(address) === 0) return false;
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (nobodys.check(address, family)) return false;
  if (loopback.check(address, family)) return allowPrivate || allowLoopback;
  return allowPrivate || !closed.check(address, family);
}

type Resolved = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/**
 * Node's `lookup`, which fails where a name stands for an address that may not be called. Asked when a connection is made, so
 * what was resolved before, by whomever, makes no difference (DNS rebinding).
 */
export function createGuardedLookup(rule: AddressRule) {
  return (hostname: string, options: LookupOptions, callback: Resolved): void => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
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

function listOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of subnets) list.addSubnet(network, prefix, isIPv6(network) ? "ipv6" : "ipv4");
  return list;
}
