import { useEffect, useMemo, useRef, useSyncExternalStore } from "react";

import type { ReadableStore } from "@countersign/client";

/**
 * Reads what a component needs of a store, and renders it again only when that has changed: by `Object.is`, or for plain
 * arrays and objects entry by entry. The selector may be written in place.
 */
export function useStore<Value, Selected>(store: ReadableStore<Value>, select: (value: Value) => Selected): Selected {
  const last = useRef<{ readonly selected: Selected } | null>(null);

  const getSelected = useMemo(() => {
    let memo: { readonly value: Value; readonly selected: Selected } | null = null;
    return () => {
      const value = store.get();
      if (memo && Object.is(memo.value, value)) return memo.selected;
      const selected = select(value);
      const before = memo ?? last.current;
      memo = { value, selected: before && isAlike(before.selected, selected) ? before.selected : selected };
      return memo.selected;
    };
  }, [store, select]);

  const selected = useSyncExternalStore(store.subscribe, getSelected, getSelected);
  // Carries the object over to the next selector, which is a new function in every render.
  useEffect(() => {
    last.current = { selected };
  }, [selected]);
  return selected;
}

function isAlike(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && Object.is(one[key], other[key]))
  );
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}
