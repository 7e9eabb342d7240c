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

/** What is counted under a key, and until when. Never changed: a new one takes its place. */
export interface Window {
  readonly count: number;
  readonly endsAt: number;
}

/**
 * The rules of counting, on windows held in a map: whoever keeps them, in memory or in a database, hands them in and keeps
 * what comes out. A place is taken before the work and given back when the attempt was no failure, so that many at once
 * cannot slip through together.
 */
export class Windows {
  readonly #windows: Map<string, Window>;
  readonly #now: number;

  constructor(windows: Map<string, Window>, now: number) {
    this.#windows = windows;
    this.#now = now;
  }

  /**
   * Counts one more in each of these windows, or in none when one of them is full; then it tells when the last of the full
   * ones ends. What is refused does not count, so refusals never prolong a window.
   */
  take(places: readonly Place[]): Limited | null {
    const ends = places.flatMap(({ key, attempts }) => {
      const window = this.#find(key);
      return window && window.count >= attempts ? window.endsAt : [];
    });
    if (ends.length > 0) {
      return { status: "limited", retryAfterSeconds: Math.ceil((Math.max(...ends) - this.#now) / 1000) };
    }
    for (const { key, windowSeconds } of places) {
      const window = this.#find(key);
      if (window) this.#windows.set(key, { ...window, count: window.count + 1 });
      else this.note(key, windowSeconds);
    }
    return null;
  }

  /** Takes the latest count of each back. */
  giveBack(keys: readonly string[]): void {
    for (const key of keys) {
      const window = this.#find(key);
      if (!window) continue;
      if (window.count > 1) this.#windows.set(key, { ...window, count: window.count - 1 });
      else this.#windows.delete(key);
    }
  }

  /** Starts these anew. */
  reset(keys: readonly string[]): void {
    for (const key of keys) this.#windows.delete(key);
  }

  /** Has this been counted or noted, and is not over? */
  has(key: string): boolean {
    return this.#find(key) !== null;
  }

  /** Begins a window now, whether one runs or not. */
  note(key: string, seconds: number): void {
    this.#windows.delete(key);
    this.#windows.set(key, { count: 1, endsAt: this.#now + seconds * 1000 });
  }

  #find(key: string): Window | null {
    const window = this.#windows.get(key);
    if (!window) return null;
    if (this.#now < window.endsAt) return window;
    this.#windows.delete(key);
    return null;
  }
}
