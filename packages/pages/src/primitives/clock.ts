/** What `useSyncExternalStore` needs to follow the time. */
export interface Clock {
  readonly subscribe: (listener: () => void) => () => void;
  /** Milliseconds since 1970, standing still between two ticks. */
  readonly read: () => number;
}

/** The time, told every so often to whoever listens; one timer for all of them, and none for nobody. */
export function createClock(everyMs: number): Clock {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;

  function tick() {
    now = Date.now();
    for (const listener of listeners) listener();
  }

  function subscribe(listener: () => void) {
    listeners.add(listener);
    if (listeners.size === 1) timer = setInterval(tick, everyMs);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) clearInterval(timer);
    };
  }

  function read() {
    // With nobody listening the clock stands still. Set it only when it is wrong, so that reads in one render agree.
    if (Math.abs(Date.now() - now) > everyMs) now = Date.now();
    return now;
  }

  return { subscribe, read };
}
