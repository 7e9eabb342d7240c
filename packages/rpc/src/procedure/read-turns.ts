import { createTurnQueue, type TurnQueue } from "@countersign/db";

const longest = 5000;
const patienceMs = 10_000;
/** Queues nobody is in are kept up to here: making one costs more than finding it. */
const mostKept = 1000;

/**
 * What one user reads takes turns: so many of it at a time, while the rest waits and holds nothing. However much one user asks
 * for at once, the others wait for a few readings of it, not for all.
 */
export class ReadTurns {
  readonly #places: number;
  readonly #queues = new Map<string, TurnQueue>();

  /** `places`: how many readings of one user run at a time. */
  constructor(places: number) {
    this.#places = places;
  }

  /**
   * Reads when it is the holder's turn: a user's id, or an address.
   *
   * @throws DatabaseUnavailable when the turn does not come in time
   */
  async run<Result>(holder: string, read: () => Promise<Result>, withinMs = patienceMs): Promise<Result> {
    const queue = this.#queueOf(holder);
    const leave = queue.enterNow() ?? (await queue.enter(performance.now() + withinMs));
    try {
      return await read();
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
