import type { Hint } from "./bus.ts";

/** Who listens in this process. One that throws does not keep others from the hint. */
export class Subscribers {
  readonly #all = new Set<(hint: Hint) => void>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  add(onHint: (hint: Hint) => void): () => void {
    // A wrapper, so that the same function may subscribe twice and stop once.
    const subscriber = (hint: Hint) => onHint(hint);
    this.#all.add(subscriber);
    return () => this.#all.delete(subscriber);
  }

  tell(hint: Hint): void {
    for (const onHint of this.#all) {
      try {
        onHint(hint);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
