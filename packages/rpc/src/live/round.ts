import type { Principal, SessionEngine } from "@countersign/auth";

/**
 * What the watchers that are due together share: each session is validated once, each state read once. It begins after
 * every touch it answers, so that what it reads is at least as new as what they were touched for.
 */
export class Round {
  readonly #sessions: SessionEngine;
  readonly #principals = new Map<string, Promise<Principal | null>>();
  readonly #shared = new Map<string, unknown>();

  constructor(sessions: SessionEngine) {
    this.#sessions = sessions;
  }

  principal(tokenHash: string): Promise<Principal | null> {
    const known = this.#principals.get(tokenHash);
    if (known) return known;
    const principal = this.#sessions.validate(tokenHash);
    this.#principals.set(tokenHash, principal);
    return principal;
  }

  /** Makes the value once for all who name the same key. The key must name everything the value depends on. */
  share<Value>(key: string, make: () => Value): Value {
    // The cast: a key is only ever used for values of one type.
    if (this.#shared.has(key)) return this.#shared.get(key) as Value;
    const value = make();
    this.#shared.set(key, value);
    return value;
  }
}
