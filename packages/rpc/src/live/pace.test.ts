import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { Pace } from "./pace.ts";

test("a turn that takes long makes the next one smaller, and a quick one larger again, within bounds", async () => {
  const pace = new Pace();
  expect(pace.limit).toBe(250);

  // A hundred in 250 ms at least: no more than ten in 25.
  const slow = pace.begin(100);
  await pause(251);
  for (let told = 0; told < 99; told += 1) slow();
  expect(pace.limit).toBe(250);
  slow();
  expect(pace.limit).toBe(16);

  const quick = pace.begin(16);
  for (let told = 0; told < 16; told += 1) quick();
  expect(pace.limit).toBe(250);
});
