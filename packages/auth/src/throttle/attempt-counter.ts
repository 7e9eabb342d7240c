import type { Clock } from "../clock.ts";

/** At most this many attempts in a window; the window starts with the first of them. */
export interface AttemptLimit {
  readonly attempts: number;
  readonly windowSeconds: number;
}

type Attempt = { readonly status: "counted" } | { readonly status: "limited"; readonly retryAfterSeconds: number };

/**
 * Counts attempts by key. A place is taken before the work and given back when the attempt was no failure, so that many
 * at once cannot slip through together. A store shared by replicas can implement the same with INCR, DECR and DEL.
 */
export interface AttemptCounter {
  /** Counts one more, unless the window is full; what is refused does not count, so refusals never prolong a window. */
  take(key: string, limit: AttemptLimit): Promise<Attempt>;
  /** Takes the latest count back. */
  giveBack(key: string): Promise<void>;
  /** Starts anew. */
  reset(key: string): Promise<void>;
}

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Enough for a hundred thousand keys at about 150 bytes; beyond it the oldest windows are forgotten. */
const defaultCapacity = 100_000;

/** A counter in this process' memory, of bounded size. */
export function createMemoryAttemptCounter(clock: Clock, capacity: number = defaultCapacity): AttemptCounter {
  const windows = new Map<string, Window>();

  function findWindow(key: string): Window | null {
    const window = windows.get(key);
    if (!window) return null;
    if (clock.now() < window.endsAt) return window;
    windows.delete(key);
    return null;
  }

  function startWindow(key: string, seconds: number): void {
    if (windows.size >= capacity) forgetOldest(windows);
    windows.set(key, { count: 1, endsAt: clock.now() + seconds * 1000 });
  }

  return {
    async take(key, { attempts, windowSeconds }) {
      const window = findWindow(key);
      if (!window) {
        startWindow(key, windowSeconds);
        return { status: "counted" };
      }
      if (window.count >= attempts) {
        return { status: "limited", retryAfterSeconds: Math.ceil((window.endsAt - clock.now()) / 1000) };
      }
      window.count += 1;
      return { status: "counted" };
    },
    async giveBack(key) {
      const window = findWindow(key);
      if (!window) return;
      window.count -= 1;
      if (window.count <= 0) windows.delete(key);
    },
    async reset(key) {
      windows.delete(key);
    },
  };
}

// A Map keeps the order of insertion, and windows of one length end in the order they started.
function forgetOldest(windows: Map<string, Window>): void {
  const [oldest] = windows.keys();
  if (oldest !== undefined) windows.delete(oldest);
}
