import type { Clock } from "../clock.ts";

import type { AttemptStore } from "./attempt-store.ts";
import { type Window, Windows } from "./windows.ts";

/** Enough for a hundred thousand keys at about 150 bytes; beyond it the oldest windows are forgotten. */
const defaultCapacity = 100_000;

/** Windows in this process' memory, of bounded number. */
export function createMemoryAttempts(clock: Clock, capacity: number = defaultCapacity): AttemptStore {
  const kept = new Map<string, Window>();

  async function update<Result>(_keys: readonly string[], change: (windows: Windows) => Result): Promise<Result> {
    const result = change(new Windows(kept, clock.now()));
    // A Map keeps the order of insertion, and windows of one length end in the order they started.
    for (const oldest of kept.keys()) {
      if (kept.size <= capacity) break;
      kept.delete(oldest);
    }
    return result;
  }

  return {
    update,
    updateSoon: update,
    async flush() {},
    async prune() {
      const now = clock.now();
      const over = [...kept].filter(([, { endsAt }]) => endsAt <= now);
      for (const [key] of over) kept.delete(key);
      return over.length;
    },
  };
}
