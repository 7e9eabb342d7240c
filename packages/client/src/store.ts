/** A value that can be read at any time and watched: just what `useSyncExternalStore` asks for. */
export interface ReadableStore<Value> {
  readonly get: () => Value;
  /** Calls `listener` after every change; what it returns stops that. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** A readable store with the owner's end: `set` tells the listeners unless the value is the same one. */
export interface Store<Value> extends ReadableStore<Value> {
  readonly set: (value: Value) => void;
}

/** Makes a store. `onWatched` hears when the first listener comes and when the last one goes. */
export function createStore<Value>(initial: Value, onWatched?: (isWatched: boolean) => void): Store<Value> {
  let value = initial;
  const listeners = new Set<() => void>();

  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      const present = [...listeners];
      for (const listener of present) callListener(listener);
    },
    subscribe(listener) {
      // A wrapper of its own, so that one function may be subscribed twice.
      const entry = () => listener();
      listeners.add(entry);
      if (listeners.size === 1) onWatched?.(true);
      return () => {
        if (listeners.delete(entry) && listeners.size === 0) onWatched?.(false);
      };
    },
  };
}

/** Calls a listener; what it throws is rethrown on its own, so that the other listeners still hear. */
export function callListener(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}
