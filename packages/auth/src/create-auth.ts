import { createAccounts } from "./account/accounts.ts";
import { createMemoryAttemptCounter } from "./attempt-counter.ts";
import type { Auth, AuthOptions } from "./auth.ts";
import { systemClock } from "./clock.ts";
import { createHashQueue } from "./hash-queue.ts";
import { createLuciaEngine } from "./lucia-engine.ts";
import { createPasswords } from "./password.ts";
import { createRights } from "./rights.ts";
import { createThrottle } from "./throttle.ts";

/** Who is calling, and how that begins, changes and ends, on this database. */
export function createAuth(options: AuthOptions): Auth {
  const { db, bus, settings, permissions, clock = systemClock, onError = ignore } = options;
  const sessions = createLuciaEngine({ db, bus, clock, settings, onError });
  const queue = createHashQueue({
    concurrency: settings.PASSWORD_HASH_CONCURRENCY,
    capacity: settings.PASSWORD_HASH_QUEUE,
  });
  const passwords = createPasswords(queue);
  const throttle = createThrottle(createMemoryAttemptCounter(clock), clock, settings);

  return {
    sessions,
    accounts: createAccounts({ db, bus, clock, settings, sessions, passwords, throttle }),
    rights: createRights({ db, bus, clock, permissions }),
  };
}

/** A touch that was not written is tried again by the next use: without a listener, silence is right. */
function ignore(): void {}
