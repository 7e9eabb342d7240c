import type { Clock } from "../clock.ts";

const keptMs = 30 * 86_400_000;
const defaultCapacity = 100_000;

/** From which addresses did which account sign in lately? Kept in this process, bounded: the oldest are forgotten. */
export interface KnownAddresses {
  has(account: string, address: string): boolean;
  add(account: string, address: string): void;
}

export function createKnownAddresses(clock: Clock, capacity: number = defaultCapacity): KnownAddresses {
  const until = new Map<string, number>();

  return {
    has: (account, address) => (until.get(`${address} ${account}`) ?? 0) > clock.now(),
    add(account, address) {
      const key = `${address} ${account}`;
      // Deleted first, so that the order of insertion is the order of last use.
      until.delete(key);
      until.set(key, clock.now() + keptMs);
      const [oldest] = until.keys();
      if (until.size > capacity && oldest !== undefined) until.delete(oldest);
    },
  };
}
