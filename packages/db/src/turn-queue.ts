import { DatabaseUnavailable } from "./database.ts";
import { letInWithinRun, noteRun } from "./turn-run.ts";

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

interface Waiting {
  readonly deadline: number;
  readonly letIn: (leave: () => void) => void;
  readonly refuse: (error: DatabaseUnavailable) => void;
}

/** Who has waited for too long is told within so many milliseconds. */
const latenessMs = 10;

/** `places`: how many may be in. `longest`: how many may wait; one more is refused at once. */
export function createTurnQueue(options: { readonly places: number; readonly longest: number }): TurnQueue {
  const waiting = new Set<Waiting>();
  let free = options.places;
  // One timer for all who wait: in a crowd each of their own would cost more than the turn.
  let timer: NodeJS.Timeout | null = null;
  let looksAt = Number.POSITIVE_INFINITY;

  // On SQLite a transaction is a chain of microtasks: without this, all who wait would run before a socket is read again. Those,
  // too, who have not come to wait yet: they may be about to, in this very turn of the event loop.
  const leave = () => letInWithinRun(handOn);

  function handOn(): void {
    const [next] = waiting;
    if (!next) {
      free += 1;
      return;
    }
    waiting.delete(next);
    if (waiting.size === 0) lookAt(Number.POSITIVE_INFINITY);
    next.letIn(once(leave));
  }

  function lookAt(time: number): void {
    looksAt = time;
    if (timer !== null) clearTimeout(timer);
    timer = time === Number.POSITIVE_INFINITY ? null : setTimeout(refuseLate, Math.max(0, time - performance.now()));
  }

  function refuseLate(): void {
    const now = performance.now();
    let earliest = Number.POSITIVE_INFINITY;
    for (const one of waiting) {
      // Timers are early by less than one.
      if (one.deadline > now + 1) earliest = Math.min(earliest, one.deadline);
      else {
        waiting.delete(one);
        one.refuse(tookTooLong());
      }
    }
    lookAt(Math.max(earliest, now + latenessMs));
  }

  function enterNow(): (() => void) | null {
    if (free === 0) return null;
    free -= 1;
    noteRun();
    return once(leave);
  }

  return {
    enterNow,
    enter(deadline) {
      const { promise, resolve: letIn, reject: refuse } = Promise.withResolvers<() => void>();
      const entered = enterNow();
      if (entered) letIn(entered);
      else if (waiting.size >= options.longest)
        refuse(new DatabaseUnavailable(`${waiting.size} transactions wait for the database. Try again later.`));
      else {
        waiting.add({ deadline, letIn, refuse });
        if (deadline < looksAt) lookAt(deadline);
      }
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

function tookTooLong(): DatabaseUnavailable {
  return new DatabaseUnavailable("The database was busy with other transactions for too long. Try again later.");
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
