import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { Pace } from "./pace.ts";

test("a turn that takes long makes the next one smaller, and a quick one larger again, within bounds", async () => {
  const pace = new Pace();
  expect(pace.limit).toBe(250);

  // A hundred in 250 ms: ten in 25, which is below the least.
  const slow = pace.begin(100);
  work(250);
  for (let told = 0; told < 99; told += 1) slow();
  expect(pace.limit).toBe(250);
  slow();
  expect(pace.limit).toBe(32);

  // To wait is no work.
  const quick = pace.begin(32);
  await pause(100);
  for (let told = 0; told < 32; told += 1) quick();
  expect(pace.limit).toBeGreaterThan(32);
});

/** Keeps the processor busy for so long. */
function work(ms: number): void {
  const before = process.cpuUsage();
  const used = () => {
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  while (used() < ms * 1000);
}
