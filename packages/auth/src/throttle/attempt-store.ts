import type { Windows } from "./windows.ts";

/** Where windows are kept. Keys are short and hold nothing that must not be read: see `limitKey`. */
export interface AttemptStore {
  /**
   * Reads the windows of these keys, lets `change` look at them and change them, and keeps what it did: all of it, and
   * nobody else's change in between. `change` looks at no other keys and does nothing else, since it may run again.
   */
  update<Result>(keys: readonly string[], change: (windows: Windows) => Result): Promise<Result>;
  /**
   * The same without a result, soon: before the next `update` of this process, and after some tenths of a second at most.
   * For what makes nobody wait, so that it costs no write of its own. Resolves when it is kept.
   */
  updateSoon(keys: readonly string[], change: (windows: Windows) => void): Promise<void>;
  /** Resolves when all that is to be done soon has been done, or given up. */
  flush(): Promise<void>;
  /** Forgets windows that are over. Returns how many. */
  prune(): Promise<number>;
}
