import { afterEach, expect, test, vi } from "vitest";

import { dayOf, daysFromToday, instantOf, today } from "./day.ts";

afterEach(() => vi.useRealTimers());

test("a day comes back as it went", () => {
  expect(instantOf("2026-01-31")).toBe("2026-01-31T00:00:00.000Z");
  expect(dayOf(instantOf("2026-01-31"))).toBe("2026-01-31");
});

test("today is the day here, and days are counted over the end of a year", () => {
  vi.useFakeTimers({ now: new Date(2026, 11, 31, 23, 30) });
  expect(today()).toBe("2026-12-31");
  expect(daysFromToday(1)).toBe("2027-01-01");
  expect(daysFromToday(-31)).toBe("2026-11-30");
});
