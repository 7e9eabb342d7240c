import { expect, test } from "vitest";

import { mannWhitney } from "./mann-whitney.ts";

/** A fixed sequence of numbers from 0 to 1 that look random (mulberry32). */
function randomNumbers(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  });
}

test("two samples without an overlap have the p-value of the tables", () => {
  // U = 0, so z = (12.5 - 0.5) / √(25 · 11 / 12).
  expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(0.012186, 5);
});

test("ties share their ranks", () => {
  // Ranks of the first: 1.5, 3.5, 5 → U = 4; z = (4.5 - 4 - 0.5) = 0.
  expect(mannWhitney([1, 2, 3], [1, 2, 4])).toBeCloseTo(1, 6);
  expect(mannWhitney([1, 1, 1], [1, 1, 1])).toBe(1);
});

test("samples of one distribution pass, and one that is shifted a little does not", () => {
  const first = randomNumbers(300, 1);
  const second = randomNumbers(300, 2);
  expect(mannWhitney(first, second)).toBeGreaterThan(0.01);
  expect(
    mannWhitney(
      first,
      second.map((value) => value + 0.1),
    ),
  ).toBeLessThan(0.001);
});

test("it does not matter which sample comes first", () => {
  const [first, second] = [randomNumbers(50, 3), randomNumbers(70, 4)];
  expect(mannWhitney(first, second)).toBeCloseTo(mannWhitney(second, first), 10);
});
