/** Who is asked to move still has a socket that answers, and the server asks in batches. */
const moveDelayMs = 1_000;
const longestDelayMs = 30_000;
const shortestLateMs = 10_000;

/**
 * `soon`: as after a lost socket. `sent`: the server is there, and has sent just this one away. `late`: as after being cut for
 * flooding or slowness; nothing shortens it.
 */
export type Haste = "soon" | "sent" | "late";

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

/** `spreadMs`: over how long the clients of a server that is lost spread their first tries. */
export function createBackoff(random: () => number, spreadMs: number): Backoff {
  let failures = 0;
  let haste: Haste = "soon";
  // The first connection of a page is made at once.
  let isHurried = true;

  return {
    get failures() {
      return failures;
    },
    get canHurry() {
      return haste !== "late";
    },
    takeDelayMs() {
      const waitMs = isHurried ? 0 : delayMs(failures, haste, random(), spreadMs);
      isHurried = false;
      return waitMs;
    },
    fail(nextHaste, wasStable) {
      // Whoever is sent away again and again waits longer each time, like others.
      if (nextHaste === "sent") failures = wasStable || haste !== "sent" ? 0 : failures + 1;
      else failures = wasStable ? 1 : failures + 1;
      haste = nextHaste;
    },
    hurry() {
      isHurried = true;
    },
  };
}

/**
 * After a loss the first wait is anything up to `spreadMs`. The second and the third are all of it: each keeps the place that
 * chance has given it, so that however long a server takes to start, all are back that long after it, as many in every second.
 * Further ones are twice as long each, up to thirty seconds, with their upper half left to chance: full jitter there would knock
 * too often at a server that is down for long.
 */
function delayMs(failures: number, haste: Haste, chance: number, spreadMs: number): number {
  if (haste === "late") return shortestLateMs + chance * (longestDelayMs - shortestLateMs);
  if (failures === 0) return chance * Math.min(moveDelayMs, spreadMs);
  if (failures === 1) return chance * spreadMs;
  if (failures <= 3) return spreadMs;
  const mostMs = Math.min(spreadMs * 2 ** (failures - 3), longestDelayMs);
  return mostMs / 2 + (chance * mostMs) / 2;
}
