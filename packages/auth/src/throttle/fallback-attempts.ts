import type { AttemptStore } from "./attempt-store.ts";

/** How long a store that failed is left alone, so that not every attempt waits for it. */
const defaultPauseMs = 5000;

/**
 * A shared store, and the memory of this process for while it is away: limits then hold per process, and nobody is let
 * pass because they cannot be counted. What was counted in one is not carried over to the other.
 */
export function createFallbackAttempts(options: {
  readonly shared: AttemptStore;
  readonly own: AttemptStore;
  readonly onError: (error: unknown) => void;
  readonly pauseMs?: number;
}): AttemptStore {
  const { shared, own, onError, pauseMs = defaultPauseMs } = options;
  let awayUntil = Number.NEGATIVE_INFINITY;

  return {
    async update(keys, change) {
      if (performance.now() < awayUntil) return own.update(keys, change);
      try {
        return await shared.update(keys, change);
      } catch (error) {
        awayUntil = performance.now() + pauseMs;
        onError(new Error("Attempts cannot be counted together; this process counts its own.", { cause: error }));
        return own.update(keys, change);
      }
    },
    async prune() {
      return (await own.prune()) + (await shared.prune());
    },
  };
}
