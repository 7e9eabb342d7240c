import { lookup, type LookupAddress, type LookupOptions } from "node:dns";

/** All addresses of a name. */
export type Resolve = (hostname: string, options: LookupOptions, callback: Found) => void;
type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

/** Of the four threads that Node has for what blocks (`UV_THREADPOOL_SIZE`): passwords are hashed and files written by the others. */
const mostAtOnce = 2;

/** For all providers together: the threads are this process's. */
export const lookUp = lookUpInTurns();

/**
 * Node's `lookup`, a few names at a time, and each name once for all who ask for it meanwhile. It waits for a name server in one of
 * the threads that passwords are hashed in, and nobody can call it back: while no name server answers, each would be taken.
 */
export function lookUpInTurns(look: Resolve = lookUpAll): Resolve {
  const asked = new Map<string, Found[]>();
  const waiting: (() => void)[] = [];
  let running = 0;

  function begin(key: string, hostname: string, options: LookupOptions): void {
    running += 1;
    look(hostname, options, (error, addresses) => {
      running -= 1;
      const callbacks = asked.get(key) ?? [];
      asked.delete(key);
      waiting.shift()?.();
      for (const callback of callbacks) callback(error, addresses);
    });
  }

  return (hostname, options, callback) => {
    const key = JSON.stringify([hostname, options.family, options.hints, options.order]);
    const others = asked.get(key);
    if (others) return void others.push(callback);
    asked.set(key, [callback]);
    if (running < mostAtOnce) return begin(key, hostname, options);
    waiting.push(() => begin(key, hostname, options));
  };
}

function lookUpAll(hostname: string, options: LookupOptions, callback: Found): void {
  lookup(hostname, { ...options, all: true }, callback);
}
