/** Waiting for a socket that is yet to be opened: one that is open, or on its way, carries the cookie of before. */
export interface Arrivals {
  /** A socket is being opened. */
  readonly announce: () => void;
  /** The last one announced has said whose it is. */
  readonly arrive: () => void;
  /** Resolves when one announced from now on has said whose it is. */
  readonly next: () => Promise<void>;
}

export function createArrivals(): Arrivals {
  const waiting = new Set<{ readonly after: number; readonly resolve: () => void }>();
  let announced = 0;

  return {
    announce() {
      announced += 1;
    },
    arrive() {
      for (const one of waiting) {
        if (one.after >= announced) continue;
        waiting.delete(one);
        one.resolve();
      }
    },
    next() {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.add({ after: announced, resolve });
      return promise;
    },
  };
}
