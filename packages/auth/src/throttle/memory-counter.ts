import type { Clock } from "../clock.ts";

import type { AttemptCounter, Place } from "./attempt-counter.ts";

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Enough for a hundred thousand keys at about 150 bytes; beyond it the oldest windows are forgotten. */
const defaultCapacity = 100_000;

/** A counter in this process' memory, of bounded size. */
export function createMemoryCounter(clock: Clock, capacity: number = defaultCapacity): AttemptCounter {
  const windows = new Map<string, Window>();

  function findWindow(key: string): Window | null {
    const window = windows.get(key);
    if (!window) return null;
    if (clock.now() < window.endsAt) return window;
    windows.delete(key);
    return null;
  }

  /** When the window ends, if it is full. */
  function fullUntil({ key, attempts }: Place): number | null {
    const window = findWindow(key);
    return window && window.count >= attempts ? window.endsAt : null;
  }

  function count({ key, windowSeconds }: Place): void {
    const window = findWindow(key);
    if (window) window.count += 1;
    else {
      if (windows.size >= capacity) forgetOldest(windows);
      windows.set(key, { count: 1, endsAt: clock.now() + windowSeconds * 1000 });
    }
  }

  function uncount(key: string): void {
    const window = findWindow(key);
    if (!window) return;
    window.count -= 1;
    if (window.count <= 0) windows.delete(key);
  }

  return {
    async take(places) {
      const ends = places.flatMap((place) => fullUntil(place) ?? []);
      if (ends.length > 0) {
        return { status: "limited", retryAfterSeconds: Math.ceil((Math.max(...ends) - clock.now()) / 1000) };
      }
      places.forEach(count);
      return { status: "counted", giveBack: async (keys) => keys.forEach(uncount) };
    },
    async reset(keys) {
      for (const key of keys) windows.delete(key);
    },
    async prune() {
      const over = [...windows.keys()].filter((key) => findWindow(key) === null);
      return over.length;
    },
  };
}

// A Map keeps the order of insertion, and windows of one length end in the order they started.
function forgetOldest(windows: Map<string, Window>): void {
  const [oldest] = windows.keys();
  if (oldest !== undefined) windows.delete(oldest);
}
