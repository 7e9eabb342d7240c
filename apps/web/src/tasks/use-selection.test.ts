import { act, renderHook } from "@testing-library/react";
import { expect, test } from "vitest";

import { task } from "../test/task.ts";

import { mostSelected, useSelection } from "./use-selection.ts";

test("tasks are picked and put back; what becomes of them is followed, and of others nothing", () => {
  const { result } = renderHook(() => useSelection("all"));
  act(() => result.current.toggle(task({ id: "a" })));
  act(() => result.current.toggle(task({ id: "b" })));
  act(() => result.current.toggle(task({ id: "b" })));
  expect([...result.current.tasks.keys()]).toEqual(["a"]);

  const before = result.current.tasks;
  act(() => result.current.refresh([task({ id: "a" }), task({ id: "c", version: 3 })]));
  expect(result.current.tasks).toBe(before);
  act(() => result.current.refresh([task({ id: "a", version: 2 })]));
  expect(result.current.tasks.get("a")?.version).toBe(2);
  act(() => result.current.refresh([task({ id: "a", version: 1 })]));
  expect(result.current.tasks.get("a")?.version).toBe(2);

  act(() => result.current.drop("a"));
  expect(result.current.tasks.size).toBe(0);
});

test("another list begins with nothing picked", () => {
  const { result, rerender } = renderHook(({ list }) => useSelection(list), { initialProps: { list: "all" } });
  act(() => result.current.toggle(task({ id: "a" })));
  rerender({ list: "mine" });
  expect(result.current.tasks.size).toBe(0);
  act(() => result.current.toggle(task({ id: "b" })));
  expect([...result.current.tasks.keys()]).toEqual(["b"]);
});

test("no more are picked than one call may name", () => {
  const { result } = renderHook(() => useSelection("all"));
  for (let index = 0; index < mostSelected + 1; index += 1) act(() => result.current.toggle(task({ id: `t${index}` })));
  expect(result.current.tasks.size).toBe(mostSelected);
  expect(result.current.isFull).toBe(true);
});
