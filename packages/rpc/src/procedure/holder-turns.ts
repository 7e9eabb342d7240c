import { createTurnQueue, type TurnQueue } from "@countersign/db";

const longest = 5000;
/** So long a turn is waited for. */
export const patienceMs = 10_000;
/** Queues nobody is in are kept up to here: making one costs more than finding it. */
const mostKept = 1000;

/**
 * What one user does takes turns: so much of it at a time, while the rest waits and holds nothing. However much one user asks for
 * at once, the others wait for a little of it, not for all. A promise of order within this process only.
 */
export class HolderTurns {
  readonly #places: number;
  readonly #queues = new Map<string, TurnQueue>();

  /** `places`: how much of one user runs at a time. */
  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Runs the body when it is the holder's turn: a user's id, or an address. It is told how long it has waited, in milliseconds.
   *
   * @throws DatabaseUnavailable when the turn does not come in time
   */
  async run<Result>(
    holder: string,
    body: (waitedMs: number) => Promise<Result>,
    withinMs = patienceMs,
  ): Promise<Result> {
    const queue = this.#queueOf(holder);
    let leave = queue.enterNow();
    let waitedMs = 0;
    if (leave === null) {
      const from = performance.now();
      leave = await queue.enter(from + withinMs);
      waitedMs = performance.now() - from;
    }
    try {
      return await body(waitedMs);
    } finally {
      leave();
    }
  }

  /** Of how many holders something is kept. */
  get kept(): number {
    return this.#queues.size;
  }

  #queueOf(holder: string): TurnQueue {
    const known = this.#queues.get(holder);
    if (known) return known;
    if (this.#queues.size >= mostKept) this.#forgetEmpty();
    const queue = createTurnQueue({ places: this.#places, longest });
    this.#queues.set(holder, queue);
    return queue;
  }

  #forgetEmpty(): void {
    for (const [holder, queue] of this.#queues) if (queue.isEmpty) this.#queues.delete(holder);
  }
}
