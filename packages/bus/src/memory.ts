import type { Bus, Hint } from "./bus.ts";

/** The bus of a single process: synchronous, loses nothing. A subscriber that throws does not keep others from the hint. */
export function createMemoryBus(options: { readonly onError?: (error: unknown) => void } = {}): Bus {
  const subscribers = new Set<(hint: Hint) => void>();

  return {
    publish(hint) {
      for (const onHint of subscribers) {
        try {
          onHint(hint);
        } catch (error) {
          options.onError?.(error);
        }
      }
    },
    subscribe(onHint) {
      // A wrapper, so that the same function may subscribe twice and stop once.
      const subscriber = (hint: Hint) => onHint(hint);
      subscribers.add(subscriber);
      return () => subscribers.delete(subscriber);
    },
    async close() {
      subscribers.clear();
    },
  };
}
