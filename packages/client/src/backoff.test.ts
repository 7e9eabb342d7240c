import { expect, test } from "vitest";

import { createBackoff } from "./backoff.ts";

test("the first connection of a page is made at once, every later one is spread from the first try", () => {
  const delays = Array.from({ length: 50 }, () => {
    const backoff = createBackoff(Math.random);
    expect(backoff.takeDelayMs()).toBe(0);
    backoff.fail("soon", true);
    return backoff.takeDelayMs();
  });

  expect(new Set(delays).size).toBe(50);
  expect(delays.every((delay) => delay >= 0 && delay < 1_000)).toBe(true);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(500);
});

test("waits double up to thirty seconds, with their upper half left to chance", () => {
  expect(waitsOf(() => 0)).toEqual([0, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  expect(waitsOf(() => 1)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

test("REL-53: a server that is down for ten minutes is tried less than forty times", () => {
  const backoff = createBackoff(() => 0.5);
  let elapsedMs = backoff.takeDelayMs();
  let tries = 1;
  while (elapsedMs < 600_000) {
    backoff.fail("soon", false);
    elapsedMs += backoff.takeDelayMs();
    tries += 1;
  }
  expect(tries).toBeLessThan(40);
});

test("a socket that was of use begins the count anew", () => {
  const backoff = createBackoff(() => 1);
  for (let failure = 0; failure < 5; failure++) backoff.fail("soon", false);
  backoff.takeDelayMs();
  expect(backoff.failures).toBe(5);

  backoff.fail("soon", true);

  expect(backoff.failures).toBe(1);
  expect(backoff.takeDelayMs()).toBe(1_000);
});

test("after being cut for flooding or slowness the wait is long, and not to be hurried", () => {
  for (const chance of [0, 0.5, 1]) {
    const backoff = createBackoff(() => chance);
    backoff.takeDelayMs();
    backoff.fail("late", true);
    expect(backoff.canHurry).toBe(false);
    expect(backoff.takeDelayMs()).toBe(10_000 + chance * 20_000);
    backoff.fail("soon", true);
    expect(backoff.canHurry).toBe(true);
  }
});

test("what the person did is hurried once, not from then on", () => {
  const backoff = createBackoff(() => 1);
  backoff.takeDelayMs();
  backoff.fail("soon", true);
  backoff.hurry();
  expect(backoff.takeDelayMs()).toBe(0);
  expect(backoff.takeDelayMs()).toBe(1_000);
});

function waitsOf(random: () => number): number[] {
  const backoff = createBackoff(random);
  backoff.takeDelayMs();
  return Array.from({ length: 7 }, () => {
    backoff.fail("soon", false);
    return backoff.takeDelayMs();
  });
}
