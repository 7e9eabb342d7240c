import type { TurnQueue } from "@countersign/db";

import { HolderTurns } from "../procedure/holder-turns.ts";

import type { Watcher } from "./hub.ts";

/** A reading that takes so long keeps others waiting. */
const dearMs = 20;
/** So many times as long as a dear reading took, its user rests: no user has more than this part of the time there is. */
const restFactor = 10;
const longestRestMs = 10_000;
/** So long a reading waits for its turn before it is tried anew. */
const patienceMs = 30_000;

/** Of one user, from the beginning of a dear reading until the end of the rest after it. */
interface Rest {
  /** Whose reading it is. */
  readonly reader: Watcher;
  readonly waiting: Set<Watcher>;
}

/**
 * The readings of live lists. They take turns, so that the event loop goes round between them; and those that take long, such
 * as searches in many rows, are of each user one at a time, with a rest after each: however many lists somebody shows, and
 * however often they change, the others are answered.
 */
export class DearReadings {
  readonly #turns: TurnQueue;
  /** Of each user one reading waits for its turn among all, the others for that one: so the turns go round. */
  readonly #ofUser = new HolderTurns(1);
  readonly #wake: (watcher: Watcher) => void;
  readonly #dear = new WeakSet<Watcher>();
  readonly #rests = new Map<string, Rest>();

  constructor(options: { readonly turns: TurnQueue; readonly wake: (watcher: Watcher) => void }) {
    this.#turns = options.turns;
    this.#wake = options.wake;
  }

  /** True when the watcher's reading is to wait: it is woken when the rest is over. Who is told false reads now. */
  putOff(watcher: Watcher): boolean {
    if (!this.#dear.has(watcher)) return false;
    const rest = this.#rests.get(userOf(watcher));
    if (!rest) {
      this.#rests.set(userOf(watcher), { reader: watcher, waiting: new Set() });
      return false;
    }
    rest.waiting.add(watcher);
    return true;
  }

  /** Reads in turn, and notes how long it took. */
  async read<Value>(watcher: Watcher, read: () => Promise<Value>): Promise<Value> {
    let tookMs = 0;
    const inTurn = async () => {
      const leave = await this.#turns.enter(performance.now() + patienceMs);
      const begunAt = performance.now();
      try {
        return await read();
      } finally {
        leave();
        tookMs = performance.now() - begunAt;
      }
    };
    try {
      return await this.#ofUser.run(userOf(watcher), inTurn, patienceMs);
    } finally {
      this.#rest(watcher, tookMs);
    }
  }

  #rest(watcher: Watcher, tookMs: number): void {
    const isDear = tookMs >= dearMs;
    if (isDear) this.#dear.add(watcher);
    else this.#dear.delete(watcher);

    const user = userOf(watcher);
    const known = this.#rests.get(user);
    // The first reading of a list is not put off. It is dear all the same, but not while there is a rest already.
    if (known ? known.reader !== watcher : !isDear) return;
    const rest = known ?? { reader: watcher, waiting: new Set() };
    this.#rests.set(user, rest);
    setTimeout(() => this.#end(user, rest), isDear ? Math.min(tookMs * restFactor, longestRestMs) : 0).unref();
  }

  /** In the order in which they came: the first one reads, the others wait again. */
  #end(user: string, rest: Rest): void {
    if (this.#rests.get(user) !== rest) return;
    this.#rests.delete(user);
    for (const watcher of rest.waiting) this.#wake(watcher);
  }
}

function userOf({ connection }: Watcher): string {
  return connection.userId ?? connection.id;
}
