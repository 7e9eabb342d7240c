import type { Bus } from "./bus.ts";
import { Subscribers } from "./subscribers.ts";

/** The bus of a single process: synchronous, loses nothing. A subscriber that throws does not keep others from the hint. */
export function createMemoryBus(options: { readonly onError?: (error: unknown) => void } = {}): Bus {
  const subscribers = new Subscribers(options.onError);
  const counts = { published: 0, received: 0, gaps: 0 };

  return {
    isConnected: true,
    counts,
    publish(hint) {
      counts.published += 1;
      subscribers.tell(hint, Date.now());
    },
    subscribe: (onHint) => subscribers.add(onHint),
    async close() {
      subscribers.clear();
    },
  };
}
