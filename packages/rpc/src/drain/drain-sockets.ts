import { setImmediate as nextTurn } from "node:timers/promises";

import type { Connections } from "../connection/connections.ts";

import { askToMove } from "./ask-to-move.ts";
import { waitUntil } from "./wait-until.ts";

/** Of the time sockets have to move, this is for asking them, at most; the last that are asked have the rest. */
const shareOfAsking = 0.7;

/** How much longer each part of the end may take, in milliseconds. */
export interface DrainTimes {
  /** From the moment no new sockets are let in: to move to another server. */
  readonly moveMs: number;
  /** After that: to finish the calls that have begun. */
  readonly finishMs: number;
}

/**
 * Takes all sockets away without losing a call: each is asked, in its turn, to open another one elsewhere and to move over;
 * it goes on answering until the client lets go of it. Those that stay take no new calls, and are closed with 1012 as soon as
 * what they had begun is answered. Resolves when none is left.
 */
export async function drainSockets(connections: Connections, { moveMs, finishMs }: DrainTimes): Promise<void> {
  await askToMove(connections, moveMs * shareOfAsking);
  // The last that were asked have as long as the rest: where there were few, it is over sooner.
  const movedBy = performance.now() + moveMs * (1 - shareOfAsking);
  await waitUntil(() => connections.size === 0, movedBy);

  // What a call that has just ended answers is written in the turn in which it ended: it is looked in another one.
  await nextTurn();
  const finishedBy = performance.now() + finishMs;
  for (const connection of connections) connection.takeNoMore();
  await waitUntil(() => {
    for (const connection of connections) if (connection.running === 0) connection.closeDrained();
    return connections.size === 0;
  }, finishedBy);
  for (const connection of connections) connection.closeForRestart();
}
