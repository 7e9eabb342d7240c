/** A place that everybody of a group passes between two things they do, and where they wait while it is closed. */
export class Gate {
  readonly #size: number;
  #opening: PromiseWithResolvers<void> | null = null;
  #filling = Promise.withResolvers<void>();
  #waiting = 0;

  /** @param size how many pass it */
  constructor(size: number) {
    this.#size = size;
  }

  /** At once, or when it is opened. */
  async pass(): Promise<void> {
    if (this.#opening === null) return;
    this.#waiting += 1;
    if (this.#waiting === this.#size) this.#filling.resolve();
    await this.#opening.promise;
  }

  /** Resolves when all of them wait. */
  close(): Promise<void> {
    this.#opening ??= Promise.withResolvers();
    return this.#filling.promise;
  }

  open(): void {
    this.#opening?.resolve();
    this.#opening = null;
    this.#filling = Promise.withResolvers();
    this.#waiting = 0;
  }
}
