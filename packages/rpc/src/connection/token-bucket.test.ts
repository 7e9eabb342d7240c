import { expect, test } from "vitest";

import { TokenBucket } from "./token-bucket.ts";

test("a burst up to the capacity passes, one more does not", () => {
  const bucket = new TokenBucket(10, 3, 0);
  expect([1, 2, 3, 4].map(() => bucket.take(1, 0))).toEqual([true, true, true, false]);
});

test("tokens come back with time, never beyond the capacity", () => {
  const bucket = new TokenBucket(10, 3, 0);
  bucket.take(3, 0);
  expect(bucket.take(1, 99)).toBe(false);
  expect(bucket.take(1, 200)).toBe(true);
  expect(bucket.take(4, 60_000)).toBe(false);
  expect(bucket.take(3, 60_000)).toBe(true);
});

test("a clock that goes back gives nothing", () => {
  const bucket = new TokenBucket(1000, 1, 5000);
  bucket.take(1, 5000);
  expect(bucket.take(1, 1000)).toBe(false);
});
