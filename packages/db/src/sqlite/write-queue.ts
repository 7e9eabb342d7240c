import { DatabaseUnavailable } from "../database.ts";

/** Lets one writer in at a time, in the order they came. */
export interface WriteQueue {
  /**
   * Waits for the turn and returns how to leave.
   *
   * @throws DatabaseUnavailable when the turn does not come before the deadline (of `performance.now()`), or the queue is full
   */
  enter(deadline: number): Promise<() => void>;
  readonly isFree: boolean;
}

/** `longest`: how many may wait; one more is refused at once. */
export function createWriteQueue(options: { readonly longest: number }): WriteQueue {
  const waiting = new Set<() => void>();
  let isFree = true;

  function leave(): void {
    const [next] = waiting;
    if (!next) {
      isFree = true;
      return;
    }
    waiting.delete(next);
    next();
  }

  return {
    enter(deadline) {
      const { promise, resolve, reject } = Promise.withResolvers<() => void>();
      if (isFree) {
        isFree = false;
        resolve(leaveOnce(leave));
        return promise;
      }
      if (waiting.size >= options.longest) {
        reject(new DatabaseUnavailable(`${waiting.size} writes wait for the database. Try again later.`));
        return promise;
      }

      const begin = () => {
        clearTimeout(timer);
        resolve(leaveOnce(leave));
      };
      const timer = setTimeout(
        () => {
          waiting.delete(begin);
          reject(new DatabaseUnavailable("The database was busy with other writes for too long. Try again later."));
        },
        Math.max(0, deadline - performance.now()),
      );
      waiting.add(begin);
      return promise;
    },
    get isFree() {
      return isFree;
    },
  };
}

/** Leaving twice would let two writers in. */
function leaveOnce(leave: () => void): () => void {
  let hasLeft = false;
  return () => {
    if (hasLeft) return;
    hasLeft = true;
    leave();
  };
}
