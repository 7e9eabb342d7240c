import type { Principal, SessionEngine } from "@countersign/auth";

import type { WatchedRound } from "../observe/watch-rounds.ts";

/**
 * What the watchers that are due together share. It begins after every touch it answers, so that what it reads is at least
 * as new as what they were touched for: each state is read once, however many turns it takes to tell them all. Who they are
 * is asked again in each turn.
 */
export class Round {
  readonly #sessions: SessionEngine;
  readonly #shared = new Map<string, unknown>();
  readonly #beginning = new Map<string, Promise<unknown>>();
  #principals = new Map<string, Promise<Principal | null>>();
  #watched: WatchedRound | null;
  /** How many of it are being told. */
  running = 0;

  constructor(sessions: SessionEngine, watched: WatchedRound | null = null) {
    this.#sessions = sessions;
    this.#watched = watched;
  }

  /** Runs a part of the round, so that it is seen as one. */
  run(part: () => void): void {
    if (this.#watched === null) part();
    else this.#watched.run(part);
  }

  /** All have been told who were left. */
  end(): void {
    this.#watched?.end();
    this.#watched = null;
  }

  /** From here on sessions are validated anew: between two turns calls are answered, and one of them may have been a sign-out. */
  beginTurn(): void {
    this.#principals = new Map();
  }

  principal(tokenHash: string): Promise<Principal | null> {
    const known = this.#principals.get(tokenHash);
    if (known) return known;
    const principal = this.#sessions.validate(tokenHash);
    this.#principals.set(tokenHash, principal);
    return principal;
  }

  /** Has the value been made, or begun to be? */
  hasShared(key: string): boolean {
    return this.#shared.has(key);
  }

  /** Makes the value once for all who name the same key. The key must name everything the value depends on. */
  share<Value>(key: string, make: () => Value): Value {
    // The cast: a key is only ever used for values of one type.
    if (this.#shared.has(key)) return this.#shared.get(key) as Value;
    const value = make();
    this.#shared.set(key, value);
    return value;
  }

  /**
   * The same for those who have just begun to listen: what was read before that may lack a change they did not hear of. It is
   * made after all who ask in this turn of the event loop have asked.
   */
  shareFromNow<Value>(key: string, make: () => Promise<Value>): Promise<Value> {
    // The cast: as above.
    const beginning = this.#beginning.get(key) as Promise<Value> | undefined;
    if (beginning) return beginning;
    const value = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
      this.#beginning.delete(key);
      return make();
    });
    this.#beginning.set(key, value);
    // It is newer, so from now on it is as good for everybody.
    this.#shared.set(key, value);
    return value;
  }
}
