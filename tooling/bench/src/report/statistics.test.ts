import { expect, test } from "vitest";

import { median, quantile, spreadOf } from "./statistics.ts";

test("the median is the middle, or half-way between the two in the middle", () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([4, 1, 9, 2])).toBe(3);
});

test("a quantile is a value that occurred", () => {
  const values = Array.from({ length: 200 }, (_, index) => 200 - index);
  expect(quantile(values, 0.5)).toBe(100);
  expect(quantile(values, 0.99)).toBe(198);
  expect(spreadOf(values)).toEqual({ count: 200, p50: 100, p99: 198, max: 200 });
});

test("of nothing there is neither", () => {
  expect(() => median([])).toThrow("Nothing was measured");
  expect(() => quantile([], 0.5)).toThrow("Nothing was measured");
});
