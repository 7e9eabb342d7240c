import type { Hint, OnHint } from "./bus.ts";

/** Who listens in this process. One that throws does not keep others from the hint. */
export class Subscribers {
  readonly #all = new Set<OnHint>();
  readonly #onError: (error: unknown) => void;

  constructor(onError: (error: unknown) => void = () => {}) {
    this.#onError = onError;
  }

  add(onHint: OnHint): () => void {
    // A wrapper, so that the same function may subscribe twice and stop once.
    const subscriber: OnHint = (hint, publishedAt) => onHint(hint, publishedAt);
    this.#all.add(subscriber);
    return () => this.#all.delete(subscriber);
  }

  tell(hint: Hint, publishedAt: number | null): void {
    for (const onHint of this.#all) {
      try {
        onHint(hint, publishedAt);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
