import type { Windows } from "./windows.ts";

/** Where windows are kept. Keys are short and hold nothing that must not be read: see `limitKey`. */
export interface AttemptStore {
  /**
   * Reads the windows of these keys, lets `change` look at them and change them, and keeps what it did: all of it, and
   * nobody else's change in between. `change` looks at no other keys and does nothing else, since it may run again.
   */
  update<Result>(keys: readonly string[], change: (windows: Windows) => Result): Promise<Result>;
  /** Forgets windows that are over. Returns how many. */
  prune(): Promise<number>;
}
