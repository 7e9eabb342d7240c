import { useMemo, useSyncExternalStore } from "react";

import type { ReadableStore } from "@countersign/client";

/**
 * Reads what a component needs of a store, and renders it again only when that has changed: by `Object.is`, or for plain
 * arrays and objects entry by entry. The selector may be written in place.
 */
export function useStore<Value, Selected>(store: ReadableStore<Value>, select: (value: Value) => Selected): Selected {
  const read = useMemo(() => createReader<Value, Selected>(store), [store]);
  const getSelected = () => read(select);
  return useSyncExternalStore(store.subscribe, getSelected, getSelected);
}

/** Gives one and the same object for as long as it says the same: React asks many times, with a new selector each render. */
function createReader<Value, Selected>(store: ReadableStore<Value>) {
  type Select = (value: Value) => Selected;
  let last: { readonly value: Value; readonly select: Select; readonly selected: Selected } | null = null;

  return (select: Select): Selected => {
    const value = store.get();
    if (last && last.select === select && Object.is(last.value, value)) return last.selected;
    const selected = select(value);
    last = { value, select, selected: last && isAlike(last.selected, selected) ? last.selected : selected };
    return last.selected;
  };
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
