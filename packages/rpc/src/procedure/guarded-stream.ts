import { takeStartedId } from "../connection/frames.ts";

/**
 * A subscription written as an ordinary async iterable, with every value checked before it leaves: `check` throws when
 * the session or the right behind it has gone, and the stream ends with that error. The next value is asked for when the
 * reader has taken the ones before: the adapter itself would write without end to one that does not read.
 */
export class GuardedStream<Value> implements AsyncIterable<Value> {
  readonly #source: AsyncIterable<Value>;
  readonly #ready: () => Promise<void>;
  readonly #check: () => Promise<void>;
  #onEnd: (() => void) | null;

  constructor(options: {
    readonly source: AsyncIterable<Value>;
    /** Resolves when the reader can take one more. */
    readonly ready: () => Promise<void>;
    readonly check: () => Promise<void>;
    readonly onEnd: () => void;
  }) {
    this.#source = options.source;
    this.#ready = options.ready;
    this.#check = options.check;
    this.#onEnd = options.onEnd;
  }

  [Symbol.asyncIterator](): AsyncIterator<Value> {
    // The id that was kept for a pushed stream is this one's, and of no use to it.
    takeStartedId();
    const iterator = this.#source[Symbol.asyncIterator]();
    return {
      next: async () => {
        await this.#ready();
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
