import type { Bus } from "./bus.ts";
import { Subscribers } from "./subscribers.ts";

/** The bus of a single process: synchronous, loses nothing. A subscriber that throws does not keep others from the hint. */
export function createMemoryBus(options: { readonly onError?: (error: unknown) => void } = {}): Bus {
  const subscribers = new Subscribers(options.onError);

  return {
    isConnected: true,
    publish: (hint) => subscribers.tell(hint),
    subscribe: (onHint) => subscribers.add(onHint),
    async close() {
      subscribers.clear();
    },
  };
}
