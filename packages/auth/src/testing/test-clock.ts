import type { Clock } from "../clock.ts";

/** A clock for tests: it stands still until it is moved. It starts a year off, so that nobody mistakes it for the system's. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function createTestClock(start: number = Date.UTC(2027, 0, 1)): TestClock {
  let now = start;
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
