import type { Clock } from "../clock.ts";

/** Which sessions are in use on this server, as far as it is known here. */
export interface SessionsInUse {
  note(sessionId: string): void;
  /** Those used within the last five minutes or so. */
  list(): ReadonlySet<string>;
}

/** A generation is forgotten with the second turn after it: what is listed was used within one to two of these. */
const generationMs = 150_000;
const mostNoted = 100_000;

/** In memory: whoever is here will be here again, or is gone. Noting costs next to nothing, since every call does. */
export function createSessionsInUse(clock: Clock): SessionsInUse {
  let turnedAt = clock.now();
  let before = new Set<string>();
  let now = new Set<string>();

  function turn(): void {
    // Whichever way the clock is set.
    const passedMs = Math.abs(clock.now() - turnedAt);
    if (passedMs < generationMs) return;
    before = passedMs < 2 * generationMs ? now : new Set();
    now = new Set();
    turnedAt = clock.now();
  }

  return {
    note(sessionId) {
      // Here as well: however seldom somebody looks, what is in one generation was used within it.
      turn();
      if (now.size < mostNoted) now.add(sessionId);
    },
    list() {
      turn();
      return now.union(before);
    },
  };
}
