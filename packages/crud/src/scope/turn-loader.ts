/**
 * Gathers what is asked for in one turn of the event loop and answers it together: a thousand lists that are woken by one
 * change ask once.
 */
export class TurnLoader<Value> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  #waiting: Map<string, PromiseWithResolvers<Value | undefined>> | null = null;

  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
    this.#load = load;
  }

  /** Undefined when there is nothing under the key. Never answers with what was read before it was asked. */
  get(key: string): Promise<Value | undefined> {
    this.#waiting ??= this.#begin();
    const known = this.#waiting.get(key);
    if (known) return known.promise;
    const asked = Promise.withResolvers<Value | undefined>();
    this.#waiting.set(key, asked);
    return asked.promise;
  }

  #begin(): Map<string, PromiseWithResolvers<Value | undefined>> {
    const asked = new Map<string, PromiseWithResolvers<Value | undefined>>();
    setImmediate(() => {
      this.#waiting = null;
      void this.#answer(asked);
    });
    return asked;
  }

  /** Never rejects: the failure goes to those who asked. */
  async #answer(asked: ReadonlyMap<string, PromiseWithResolvers<Value | undefined>>): Promise<void> {
    try {
      const found = await this.#load([...asked.keys()]);
      for (const [key, { resolve }] of asked) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of asked.values()) reject(error);
    }
  }
}
