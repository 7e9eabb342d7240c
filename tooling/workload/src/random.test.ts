import { expect, test } from "vitest";

import { Random } from "./random.ts";

test("the same seed decides the same, another one something else", () => {
  const decide = (random: Random) => Array.from({ length: 20 }, () => random.whole(1, 1000));
  expect(decide(new Random(7))).toEqual(decide(new Random(7)));
  expect(decide(new Random(7))).not.toEqual(decide(new Random(8)));
  expect(decide(new Random(7).fork(1))).not.toEqual(decide(new Random(7).fork(2)));
});

test("numbers are spread over all that is asked for, its ends included", () => {
  const random = new Random(1);
  const counts = new Map<number, number>();
  for (let count = 0; count < 10_000; count += 1) {
    const number = random.whole(1, 10);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  expect([...counts.keys()].toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
});

test("what has no weight is never chosen", () => {
  const random = new Random(1);
  const chosen = Array.from({ length: 1000 }, () => random.weighted({ often: 3, seldom: 1, never: 0 }));
  expect(new Set(chosen)).toEqual(new Set(["often", "seldom"]));
});
