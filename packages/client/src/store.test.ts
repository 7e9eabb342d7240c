import { expect, test, vi } from "vitest";

import { createStore } from "./store.ts";

test("listeners hear of a change, not of the same value again", () => {
  const store = createStore(1);
  const heard: number[] = [];
  const stop = store.subscribe(() => heard.push(store.get()));

  store.set(1);
  store.set(2);
  store.set(2);
  stop();
  store.set(3);

  expect(heard).toEqual([2]);
});

test("a listener that throws does not keep the others from hearing, and its error is not lost", () => {
  vi.useFakeTimers();
  const store = createStore(1);
  const heard: number[] = [];
  store.subscribe(() => {
    throw new Error("mine");
  });
  store.subscribe(() => heard.push(store.get()));

  store.set(2);

  expect(heard).toEqual([2]);
  expect(() => vi.runAllTimers()).toThrow("mine");
  vi.useRealTimers();
});

test("the owner hears of the first listener and of the last one going, once each", () => {
  const watched: boolean[] = [];
  const store = createStore(1, (isWatched) => watched.push(isWatched));
  const listener = () => {};
  const [stopOne, stopOther] = [store.subscribe(listener), store.subscribe(listener)];

  stopOne();
  stopOne();
  expect(watched).toEqual([true]);

  stopOther();
  expect(watched).toEqual([true, false]);
});
