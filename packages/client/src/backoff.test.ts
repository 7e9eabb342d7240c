import { expect, test } from "vitest";

import { createBackoff } from "./backoff.ts";

const spreadMs = 5_000;

test("the first connection of a page is made at once, every later one is spread from the first try", () => {
  const delays = Array.from({ length: 50 }, () => {
    const backoff = createBackoff(Math.random, spreadMs);
    expect(backoff.takeDelayMs()).toBe(0);
    backoff.fail("soon", true);
    return backoff.takeDelayMs();
  });

  expect(new Set(delays).size).toBe(50);
  expect(delays.every((delay) => delay >= 0 && delay < spreadMs)).toBe(true);
  expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(spreadMs / 2);
});

test("the second and the third wait keep the place of the first; then they double up to thirty seconds, their upper half left to chance", () => {
  expect(waitsOf(() => 0)).toEqual([0, 5_000, 5_000, 5_000, 10_000, 15_000, 15_000]);
  expect(waitsOf(() => 1)).toEqual([5_000, 5_000, 5_000, 10_000, 20_000, 30_000, 30_000]);
});

test("who is asked to move, and has a socket still, waits a second at most", () => {
  const backoff = createBackoff(() => 1, spreadMs);
  backoff.takeDelayMs();
  expect(backoff.takeDelayMs()).toBe(1_000);
});

test("whoever is sent away by a server that is there comes back within a second; again and again, as after losses", () => {
  const backoff = createBackoff(() => 1, spreadMs);
  backoff.takeDelayMs();
  for (const wasStable of [true, true]) {
    backoff.fail("sent", wasStable);
    expect(backoff.takeDelayMs()).toBe(1_000);
  }
  backoff.fail("soon", true);
  backoff.fail("sent", false);
  expect(backoff.takeDelayMs()).toBe(1_000);
  for (const longer of [5_000, 5_000, 5_000, 10_000]) {
    backoff.fail("sent", false);
    expect(backoff.takeDelayMs()).toBe(longer);
  }
});

test.each([0, 0.5, 1, 2, 3, 4, 5, 7, 10, 20])(
  "REL-50: of 5,000 clients whose server is away for %d s no more than a quarter come back in any second",
  (awaySeconds) => {
    expect(busiestSecond(createBackoff, awaySeconds)).toBeLessThan(0.25);
  },
);

test("negative control: with a second to spread over, all of them come back in two", () => {
  expect(busiestSecond((random) => createBackoff(random, 1_000), 2)).toBeGreaterThan(0.25);
});

test("REL-53: a server that is down for ten minutes is tried less than forty times, and found within thirty seconds after", () => {
  const pages = Array.from({ length: 200 }, () => {
    const backoff = createBackoff(Math.random, spreadMs);
    let elapsedMs = backoff.takeDelayMs();
    let tries = 1;
    while (elapsedMs < 600_000) {
      backoff.fail("soon", false);
      elapsedMs += backoff.takeDelayMs();
      tries += 1;
    }
    return { tries, lateMs: elapsedMs - 600_000 };
  });
  expect(Math.max(...pages.map(({ tries }) => tries))).toBeLessThan(40);
  expect(Math.max(...pages.map(({ lateMs }) => lateMs))).toBeLessThanOrEqual(30_000);
});

test("a socket that was of use begins the count anew", () => {
  const backoff = createBackoff(() => 1, spreadMs);
  for (let failure = 0; failure < 5; failure++) backoff.fail("soon", false);
  backoff.takeDelayMs();
  expect(backoff.failures).toBe(5);

  backoff.fail("soon", true);

  expect(backoff.failures).toBe(1);
  expect(backoff.takeDelayMs()).toBe(5_000);
});

test("after being cut for flooding or slowness the wait is long, and not to be hurried", () => {
  for (const chance of [0, 0.5, 1]) {
    const backoff = createBackoff(() => chance, spreadMs);
    backoff.takeDelayMs();
    backoff.fail("late", true);
    expect(backoff.canHurry).toBe(false);
    expect(backoff.takeDelayMs()).toBe(10_000 + chance * 20_000);
    backoff.fail("soon", true);
    expect(backoff.canHurry).toBe(true);
  }
});

test("what the person did is hurried once, not from then on", () => {
  const backoff = createBackoff(() => 1, spreadMs);
  backoff.takeDelayMs();
  backoff.fail("soon", true);
  backoff.hurry();
  expect(backoff.takeDelayMs()).toBe(0);
  expect(backoff.takeDelayMs()).toBe(5_000);
});

function waitsOf(random: () => number): number[] {
  const backoff = createBackoff(random, spreadMs);
  backoff.takeDelayMs();
  return Array.from({ length: 7 }, () => {
    backoff.fail("soon", false);
    return backoff.takeDelayMs();
  });
}

/** The share of 5,000 clients that come back in the busiest second, when all lose their server and it is away for so long. */
function busiestSecond(create: typeof createBackoff, awaySeconds: number): number {
  // A chance of its own, the same in every run (mulberry32).
  let state = 1;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const clients = 5_000;
  const bySecond = new Map<number, number>();
  for (let client = 0; client < clients; client += 1) {
    const backoff = create(random, spreadMs);
    backoff.takeDelayMs();
    let atMs = 0;
    do {
      backoff.fail("soon", atMs === 0);
      atMs += backoff.takeDelayMs();
    } while (atMs < awaySeconds * 1000);
    const second = Math.floor(atMs / 1000);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  return Math.max(...bySecond.values()) / clients;
}
