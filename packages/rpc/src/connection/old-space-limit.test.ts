import { expect, test } from "vitest";

import { readOldSpaceLimit } from "./old-space-limit.ts";

const mebibyte = 1024 * 1024;
const limitOf = (heapLimit: number, ...options: string[]) =>
  readOldSpaceLimit(heapLimit * mebibyte, options) / mebibyte;

test("what was asked for is the limit, however much V8 adds for the young generation", () => {
  // On a large machine, and in a container of 256 MiB.
  expect(limitOf(128 + 96, "--max-old-space-size=128")).toBe(128);
  expect(limitOf(128 + 6, "--max-old-space-size=128")).toBe(128);
  expect(limitOf(128 + 6, "--enable-source-maps --max_old_space_size 64", "--max-old-space-size=128")).toBe(128);
});

test("where nothing was asked for, the young generation has the share that V8 gives it", () => {
  // As Node 26 tells them: with 24 GiB of memory, and in a container of 256 MiB.
  expect(limitOf(4192)).toBe(4096);
  expect(limitOf(262)).toBe(256);
});

test("where it cannot be known, it is taken to be the least it can be", () => {
  expect(limitOf(512 + 96, "--max-old-space-size-percentage=25")).toBe(512);
  expect(limitOf(512 + 96, "--max-heap-size=608")).toBe(512);
  expect(limitOf(80, "--max-semi-space-size=16")).toBe(10);
});
