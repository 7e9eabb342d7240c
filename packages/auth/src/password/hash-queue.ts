/** There is no room in the queue. */
export interface Busy {
  readonly status: "busy";
  readonly retryAfterSeconds: number;
}

/** Runs at most `concurrency` jobs at once, in the order they came; the rest wait, at most `capacity` of them. */
export interface HashQueue {
  run<Result>(job: () => Promise<Result>): Promise<Result | Busy>;
  readonly counts: HashCounts;
}

export interface HashCounts {
  readonly running: number;
  readonly waiting: number;
  /** Since the start, because there was no room. */
  readonly refused: number;
}

const busy: Busy = Object.freeze({ status: "busy", retryAfterSeconds: 5 });

/**
 * A bounded queue for hashing passwords. Each hash takes a core for ten milliseconds and 19 MiB: without a bound, a flood
 * of sign-ins would take the thread pool, and every other call, with it.
 */
export function createHashQueue(options: { readonly concurrency: number; readonly capacity: number }): HashQueue {
  const waiting: (() => void)[] = [];
  let running = 0;
  let refused = 0;

  async function takePlace(): Promise<void> {
    if (running < options.concurrency) {
      running += 1;
      return;
    }
    // The place is handed over by the one who leaves it: `running` does not change.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  function leavePlace(): void {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }

  return {
    async run(job) {
      if (running >= options.concurrency && waiting.length >= options.capacity) {
        refused += 1;
        return busy;
      }
      await takePlace();
      try {
        return await job();
      } finally {
        leavePlace();
      }
    },
    get counts() {
      return { running, waiting: waiting.length, refused };
    },
  };
}
