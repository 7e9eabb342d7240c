import type { Settings } from "@countersign/contract";

import type { Clock } from "../clock.ts";

import { addressKey } from "./address-key.ts";
import type { AttemptCounter, AttemptLimit } from "./attempt-counter.ts";
import { createKnownAddresses } from "./known-addresses.ts";

interface Limited {
  readonly status: "limited";
  readonly retryAfterSeconds: number;
}

/** An attempt that may go on. It counts against the next ones until it is ended in one of these ways. */
interface Admitted {
  readonly status: "admitted";
  /** It was right. `accounts` are all names the user signs in by: from here they are known, and their counts start anew. */
  succeeded(accounts: readonly string[]): Promise<void>;
  /** It tells nothing about the one who guesses (no room in the queue, the database away), so it does not count. */
  cancelled(): Promise<void>;
}

/**
 * Limits on guessing. Failures count by account, wherever they come from, and by address, whichever account they aim at.
 *
 * Nobody can lock a user out for ever: a count ends with its window, refused attempts do not prolong it, and an address
 * from which the account signed in before is held to a count of its own.
 */
export interface Throttle {
  /** `account` is the name as typed, normalised. Counting by the user found would tell which names are one user's. */
  admitLogin(account: string, ip: string | null): Promise<Admitted | Limited>;
  /** Registrations count whether they succeed or not: each tells whether a name is taken. */
  admitRegistration(ip: string | null): Promise<Admitted | Limited>;
}

type ThrottleSettings = Pick<Settings, "LOGIN_ATTEMPTS" | "LOGIN_WINDOW_SECONDS" | "REGISTER_ATTEMPTS">;
type Place = readonly [key: string, limit: AttemptLimit];

/** An address may fail this many times as often as an account: many people can stand behind one. */
const accountsPerAddress = 10;

export function createThrottle(counter: AttemptCounter, clock: Clock, settings: ThrottleSettings): Throttle {
  const known = createKnownAddresses(clock);
  const perAccount = { attempts: settings.LOGIN_ATTEMPTS, windowSeconds: settings.LOGIN_WINDOW_SECONDS };
  const perAddress = { ...perAccount, attempts: accountsPerAddress * perAccount.attempts };
  const perRegistrar = { attempts: settings.REGISTER_ATTEMPTS, windowSeconds: 3600 };
  /** What comes from a known address is counted with the account as well, but never refused by that count. */
  const unlimited = { ...perAccount, attempts: Number.POSITIVE_INFINITY };

  async function succeed(accounts: readonly string[], address: string): Promise<void> {
    for (const account of accounts) known.add(account, address);
    await Promise.all(
      accounts.flatMap((account) => [counter.reset(accountKey(account)), counter.reset(pairKey(account, address))]),
    );
  }

  return {
    async admitLogin(account, ip) {
      const address = addressKey(ip);
      const fromAddress: Place = [`login ${address}`, perAddress];
      const places: readonly Place[] = known.has(account, address)
        ? [fromAddress, [pairKey(account, address), perAccount], [accountKey(account), unlimited]]
        : [fromAddress, [accountKey(account), perAccount]];

      const limited = await takeAll(counter, places);
      if (limited) return limited;
      return {
        status: "admitted",
        async succeeded(accounts) {
          await giveBackAll(counter, [fromAddress]);
          await succeed(accounts, address);
        },
        cancelled: () => giveBackAll(counter, places),
      };
    },

    async admitRegistration(ip) {
      const address = addressKey(ip);
      const places: readonly Place[] = [[`register ${address}`, perRegistrar]];

      const limited = await takeAll(counter, places);
      if (limited) return limited;
      return {
        status: "admitted",
        succeeded: (accounts) => succeed(accounts, address),
        cancelled: () => giveBackAll(counter, places),
      };
    },
  };
}

function accountKey(account: string): string {
  return `account ${account}`;
}

function pairKey(account: string, address: string): string {
  return `pair ${address} ${account}`;
}

/** Takes a place in each, or in none. */
async function takeAll(counter: AttemptCounter, [place, ...rest]: readonly Place[]): Promise<Limited | null> {
  if (!place) return null;
  const attempt = await counter.take(...place);
  if (attempt.status === "limited") return attempt;

  const limited = await takeAll(counter, rest);
  if (limited) await counter.giveBack(place[0]);
  return limited;
}

async function giveBackAll(counter: AttemptCounter, places: readonly Place[]): Promise<void> {
  await Promise.all(places.map(([key]) => counter.giveBack(key)));
}
