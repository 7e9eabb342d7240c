import { expect, test } from "vitest";

import { oneEachTurn } from "./one-each-turn.ts";

test("a request that comes alone is handled at once", () => {
  const handled: number[] = [];
  oneEachTurn((id: number) => handled.push(id))(1);
  expect(handled).toEqual([1]);
});

test("of a crowd, one is handled with each turn, in order, and others get their turns between them", async () => {
  const handled: (number | string)[] = [];
  const take = oneEachTurn((id: number) => handled.push(id));
  for (const id of [1, 2, 3, 4]) take(id);
  expect(handled).toEqual([1]);

  for (const turn of ["a", "b", "c"]) {
    await new Promise((resolve) => setImmediate(resolve));
    handled.push(turn);
  }
  expect(handled).toEqual([1, 2, "a", 3, "b", 4, "c"]);
});

test("one that throws does not keep the others out", async () => {
  const handled: number[] = [];
  const take = oneEachTurn((id: number) => {
    if (id === 1) throw new Error("broken");
    handled.push(id);
  });
  expect(() => take(1)).toThrow("broken");
  take(2);
  take(3);
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(handled).toEqual([2, 3]);
});
