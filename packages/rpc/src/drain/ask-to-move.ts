import { setTimeout as pause } from "node:timers/promises";

import type { Connection } from "../connection/connection.ts";

const batchEveryMs = 100;
/** So few at once are no crowd: a small server is not kept waiting. */
const leastBatch = 25;

/**
 * Asks all these sockets to open another one elsewhere, in batches that are spread over `withinMs`, in no order, at uneven
 * times: replicas that stay are not met by all of them at once.
 */
export async function askToMove(connections: Iterable<Connection>, withinMs: number): Promise<void> {
  const waiting = shuffle([...connections]);
  const size = Math.max(leastBatch, Math.ceil((waiting.length * batchEveryMs) / Math.max(withinMs, batchEveryMs)));
  while (waiting.length > 0) {
    for (const connection of waiting.splice(0, size)) if (!connection.isDead) connection.requestReconnect();
    if (waiting.length > 0) await pause(batchEveryMs * (0.5 + Math.random()));
  }
}

/** Fisher and Yates. */
function shuffle<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const [one, two] = [items[last], items[other]];
    if (one === undefined || two === undefined) break;
    items[last] = two;
    items[other] = one;
  }
  return items;
}
