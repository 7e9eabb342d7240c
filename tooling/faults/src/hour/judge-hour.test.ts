import { expect, test } from "vitest";

import { judgeHour, type Worked } from "./judge-hour.ts";

const own = { connections: 8, subscriptions: 16 };

/** An hour with a look every two minutes. */
function hourOf(heapAt: (minutes: number) => number, held = own): Worked {
  const looks = Array.from({ length: 30 }, (_, place) => place * 2 + 2).map((minutes) => {
    return { minutes, heapBytes: heapAt(minutes), residentBytes: 2e8, ...held };
  });
  return { place: "SQLite", servers: 1, minutes: 60, looks, own, visits: 1000, acknowledged: 1000 };
}

function missed(worked: Worked): string[] {
  return judgeHour(worked, { isSlopeJudged: true }).flatMap(({ name, isMet }) => (isMet ? [] : [name]));
}

test("a heap that grows while caches fill and then only goes up and down is level", () => {
  expect(missed(hourOf((minutes) => 50e6 + Math.min(minutes, 12) * 1e6 + (minutes % 4) * 1e5))).toEqual([]);
});

test("a heap that keeps two megabytes of each hour is not", () => {
  expect(missed(hourOf((minutes) => 50e6 + (minutes / 60) * 2e6 + (minutes % 4) * 1e5))).toEqual(["slope of the heap"]);
});

test("one subscription that stays behind is told, and so is one of those who stay that is gone", () => {
  expect(missed(hourOf(() => 50e6, { ...own, subscriptions: 17 }))).toEqual([
    "subscriptions left of those who had gone",
  ]);
  expect(missed(hourOf(() => 50e6, { ...own, connections: 7 }))).toEqual(["sockets left of those who had gone"]);
});
