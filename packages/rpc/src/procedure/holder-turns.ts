import { createTurnQueue, patienceLeftMs, spendPatience, type TurnQueue } from "@countersign/db";

const longest = 5000;
/** So long a turn is waited for, where a call has no less patience left. */
const patienceMs = 10_000;
/** Queues nobody is in are kept up to here: making one costs more than finding it. */
const mostKept = 1000;

/** A turn that somebody has, while it lasts. */
export interface Turn {
  /** How long it was waited for, in milliseconds. */
  readonly waitedMs: number;
  /**
   * Gives the turn up while this runs, which waits for somebody else than the database, and waits for it anew afterwards.
   *
   * @throws DatabaseUnavailable when it does not come again in time
   */
  outside<Result>(wait: () => Promise<Result>): Promise<Result>;
}

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
   * Runs the body when it is the holder's turn: a user's id, or an address.
   *
   * @throws DatabaseUnavailable when the turn does not come in time
   */
  async run<Result>(holder: string, body: (turn: Turn) => Promise<Result>, withinMs = patienceMs): Promise<Result> {
    const queue = this.#queueOf(holder);
    let leave = queue.enterNow();
    let waitedMs = 0;
    if (leave === null) {
      const from = performance.now();
      leave = await enterWithin(queue, withinMs);
      waitedMs = performance.now() - from;
    }
    const turn = new HeldTurn({
      leave,
      waitedMs,
      enter: () => enterWithin(this.#queueOf(holder), patienceMs),
    });
    try {
      return await body(turn);
    } finally {
      turn.end();
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

function enterWithin(queue: TurnQueue, withinMs: number): Promise<() => void> {
  const deadline = performance.now() + Math.min(withinMs, patienceLeftMs());
  return spendPatience(() => queue.enter(deadline));
}

class HeldTurn implements Turn {
  readonly waitedMs: number;
  readonly #enter: () => Promise<() => void>;
  /** Null while it is given up. */
  #leave: (() => void) | null;
  /** How many waits it is given up for. */
  #waits = 0;
  #isOver = false;

  constructor(given: {
    readonly leave: () => void;
    readonly waitedMs: number;
    readonly enter: () => Promise<() => void>;
  }) {
    this.waitedMs = given.waitedMs;
    this.#leave = given.leave;
    this.#enter = given.enter;
  }

  async outside<Result>(wait: () => Promise<Result>): Promise<Result> {
    this.#waits += 1;
    this.#giveUp();
    try {
      return await wait();
    } finally {
      this.#waits -= 1;
      await this.#takeAgain();
    }
  }

  end(): void {
    this.#isOver = true;
    this.#giveUp();
  }

  #giveUp(): void {
    this.#leave?.();
    this.#leave = null;
  }

  /** One turn, however many waits it was given up for: with the last of them. None where nobody is left who needs it. */
  async #takeAgain(): Promise<void> {
    if (this.#isNeedless()) return;
    const leave = await this.#enter();
    if (this.#isNeedless()) leave();
    else this.#leave = leave;
  }

  #isNeedless(): boolean {
    return this.#isOver || this.#waits > 0 || this.#leave !== null;
  }
}
