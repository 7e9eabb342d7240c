const firstDelayMs = 1_000;
const longestDelayMs = 30_000;
const shortestLateMs = 10_000;

/** `soon`: as after a lost socket. `late`: as after being cut for flooding or slowness; nothing shortens it. */
export type Haste = "soon" | "late";

/** When to try again. Everything is spread by chance from the first try, so that a restart is not met by everyone at once. */
export interface Backoff {
  /** Tries that failed in a row. */
  readonly failures: number;
  /** May the present wait be cut short? */
  readonly canHurry: boolean;
  /** How long to wait before the next try; asked once per try. */
  readonly takeDelayMs: () => number;
  /** A try failed, or a socket was lost; a socket that had been of use begins the count anew. */
  readonly fail: (haste: Haste, wasStable: boolean) => void;
  /** The next try is the user's own doing, not the herd's: no wait. */
  readonly hurry: () => void;
}

export function createBackoff(random: () => number): Backoff {
  let failures = 0;
  let haste: Haste = "soon";
  // The first connection of a page is made at once.
  let isHurried = true;

  return {
    get failures() {
      return failures;
    },
    get canHurry() {
      return haste === "soon";
    },
    takeDelayMs() {
      const delayMs = isHurried ? 0 : spreadDelayMs(failures, haste, random());
      isHurried = false;
      return delayMs;
    },
    fail(nextHaste, wasStable) {
      failures = wasStable ? 1 : failures + 1;
      haste = nextHaste;
    },
    hurry() {
      isHurried = true;
    },
  };
}

/**
 * The first wait is anything up to a second; each further one is twice as long, up to thirty seconds, with its upper
 * half left to chance: full jitter there would knock too often at a server that is down for long.
 */
function spreadDelayMs(failures: number, haste: Haste, chance: number): number {
  if (haste === "late") return shortestLateMs + chance * (longestDelayMs - shortestLateMs);
  if (failures <= 1) return chance * firstDelayMs;
  const mostMs = Math.min(firstDelayMs * 2 ** (failures - 1), longestDelayMs);
  return mostMs / 2 + (chance * mostMs) / 2;
}
