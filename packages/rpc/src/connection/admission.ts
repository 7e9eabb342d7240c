/** Lets one who was let in go: the place is free again. Once. */
export type Leave = () => void;

export interface AdmissionOptions {
  /** How many may wait; one more is refused at once. */
  readonly longest: number;
  /** How long each waits at most, in milliseconds. */
  readonly patienceMs: number;
}

/** Sessions that are being read for a new socket at a time: on Postgres one round trip. */
const places = 64;
/** Let in with one turn of the event loop: what sockets ask that are in already is answered in between. */
const perTurn = 4;

interface Waiting {
  readonly key: string;
  readonly letIn: (leave: Leave | null) => void;
  readonly timer: NodeJS.Timeout;
}

/**
 * The door for new sockets. After a restart thousands come at once: they are let in a few at a time, in the order they came,
 * as fast as the others allow; beyond what can be let in while a client waits, they are told at once to come later.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #byKey = new Map<string, number>();
  #inside = 0;
  #isDue = false;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many of this address wait. */
  countOf(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  /** `key` is the address that comes. Resolves when it is one's turn; null when too many wait, or it did not come in time. Whoever is let in must leave. */
  enter(key: string): Promise<Leave | null> {
    if (this.#waiting.size >= this.#options.longest) return Promise.resolve(null);
    const { promise, resolve } = Promise.withResolvers<Leave | null>();
    const one: Waiting = { key, letIn: resolve, timer: setTimeout(() => this.#giveUp(one), this.#options.patienceMs) };
    this.#waiting.add(one);
    this.#byKey.set(key, this.countOf(key) + 1);
    this.#letInSoon();
    return promise;
  }

  #giveUp(one: Waiting): void {
    this.#remove(one);
    one.letIn(null);
  }

  #remove(one: Waiting): void {
    this.#waiting.delete(one);
    const left = this.countOf(one.key) - 1;
    if (left > 0) this.#byKey.set(one.key, left);
    else this.#byKey.delete(one.key);
  }

  #letInSoon(): void {
    if (this.#isDue || this.#waiting.size === 0 || this.#inside >= places) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#letSomeIn();
      this.#letInSoon();
    });
  }

  #letSomeIn(): void {
    let left = Math.min(perTurn, places - this.#inside);
    for (const one of this.#waiting) {
      if (left === 0) return;
      left -= 1;
      this.#remove(one);
      clearTimeout(one.timer);
      this.#inside += 1;
      one.letIn(this.#createLeave());
    }
  }

  /** Leaving twice would let two in for one. */
  #createLeave(): Leave {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      this.#inside -= 1;
      this.#letInSoon();
    };
  }
}
