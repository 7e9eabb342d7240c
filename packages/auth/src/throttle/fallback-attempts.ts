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

  async function tryShared<Result>(attempt: () => Promise<Result>, otherwise: () => Promise<Result>): Promise<Result> {
    if (performance.now() < awayUntil) return otherwise();
    try {
      return await attempt();
    } catch (error) {
      // Those that fail together are one failure.
      const isKnown = performance.now() < awayUntil;
      awayUntil = performance.now() + pauseMs;
      const message = "Attempts cannot be counted together; this process counts its own.";
      if (!isKnown) onError(new Error(message, { cause: error }));
      return otherwise();
    }
  }

  return {
    update: (keys, change) =>
      tryShared(
        () => shared.update(keys, change),
        () => own.update(keys, change),
      ),
    updateSoon: (keys, change) =>
      tryShared(
        () => shared.updateSoon(keys, change),
        () => own.updateSoon(keys, change),
      ),
    flush: () => shared.flush(),
    async prune() {
      return (await own.prune()) + (await shared.prune());
    },
  };
}
