/** At most this many attempts in a window; the window starts with the first of them. */
export interface AttemptLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

/** A window in which an attempt is counted. */
export interface Place extends AttemptLimit {
  readonly key: string;
}

export interface Limited {
  readonly status: "limited";
  readonly retryAfterSeconds: number;
}

/** An attempt that was counted. */
export interface Counted {
  readonly status: "counted";
  /** Takes the count back at these of its places. */
  giveBack(keys: readonly string[]): Promise<void>;
}

/**
 * Counts attempts by key. A place is taken before the work and given back when the attempt was no failure, so that many
 * at once cannot slip through together. Keys are short and hold nothing that must not be read: see `limitKey`.
 */
export interface AttemptCounter {
  /**
   * Counts one more in each of these windows, or in none when one of them is full: what is refused does not count, so
   * refusals never prolong a window.
   */
  take(places: readonly Place[]): Promise<Counted | Limited>;
  /** Starts anew. */
  reset(keys: readonly string[]): Promise<void>;
  /** Forgets windows that are over. Returns how many. */
  prune(): Promise<number>;
}
