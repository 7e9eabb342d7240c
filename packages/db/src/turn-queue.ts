import { DatabaseUnavailable } from "./database.ts";

/** Lets so many in at a time, in the order they came. */
export interface TurnQueue {
  /**
   * Waits for the turn and returns how to leave.
   *
   * @throws DatabaseUnavailable when the turn does not come before the deadline (of `performance.now()`), or the queue is full
   */
  enter(deadline: number): Promise<() => void>;
  /** The same without waiting: null when it would have to. */
  enterNow(): (() => void) | null;
  /** Would the next one be let in at once? */
  readonly isFree: boolean;
  /** How many wait just now. */
  readonly waiting: number;
  /** Is nobody in? */
  readonly isEmpty: boolean;
}

/** For so long turns follow one another before the event loop goes round: who waits for no turn is answered in between. */
const longestRunMs = 10;

/** `places`: how many may be in. `longest`: how many may wait; one more is refused at once. */
export function createTurnQueue(options: { readonly places: number; readonly longest: number }): TurnQueue {
  const waiting = new Set<() => void>();
  let free = options.places;
  let runBeganAt = performance.now();

  function leave(): void {
    if (performance.now() - runBeganAt < longestRunMs) return handOn();
    // On SQLite a transaction is a chain of microtasks: without this, all who wait would run before a socket is read again.
    // Those, too, who have not come to wait yet: they may be about to, in this very turn of the event loop.
    setImmediate(() => {
      runBeganAt = performance.now();
      handOn();
    });
  }

  function handOn(): void {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  function enterNow(): (() => void) | null {
    if (free === 0) return null;
    free -= 1;
    return once(leave);
  }

  return {
    enterNow,
    enter(deadline) {
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      const entered = enterNow();
      if (entered) {
        resolve(entered);
        return promise;
      }
      if (waiting.size >= options.longest) {
        reject(new DatabaseUnavailable(`${waiting.size} transactions wait for the database. Try again later.`));
        return promise;
      }

      const begin = () => {
        clearTimeout(timer);
        resolve(once(leave));
      };
      const giveUp = () => {
        waiting.delete(begin);
        reject(new DatabaseUnavailable("The database was busy with other transactions for too long. Try again later."));
      };
      const timer = setTimeout(giveUp, Math.max(0, deadline - performance.now()));
      waiting.add(begin);
      return promise;
    },
    get isFree() {
      return free > 0;
    },
    get waiting() {
      return waiting.size;
    },
    get isEmpty() {
      return free === options.places;
    },
  };
}

/** Leaving twice would let two in for one. */
function once(leave: () => void): () => void {
  let hasLeft = false;
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    leave();
  };
}
