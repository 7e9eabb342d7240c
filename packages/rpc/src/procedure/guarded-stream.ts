/**
 * A subscription written as an ordinary async iterable, with every value checked before it leaves: `check` throws when
 * the session or the right behind it has gone, and the stream ends with that error.
 */
export class GuardedStream<Value> implements AsyncIterable<Value> {
  readonly #source: AsyncIterable<Value>;
  readonly #check: () => Promise<void>;
  #onEnd: (() => void) | null;

  constructor(source: AsyncIterable<Value>, check: () => Promise<void>, onEnd: () => void) {
    this.#source = source;
    this.#check = check;
    this.#onEnd = onEnd;
  }

  [Symbol.asyncIterator](): AsyncIterator<Value> {
    const iterator = this.#source[Symbol.asyncIterator]();
    return {
      next: async () => {
        const result = await iterator.next();
        if (result.done) this.#end();
        else await this.#check();
        return result;
      },
      return: async () => {
        this.#end();
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  #end(): void {
    this.#onEnd?.();
    this.#onEnd = null;
  }
}
