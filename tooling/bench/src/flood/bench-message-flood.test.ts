import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { benchMessageFlood } from "./bench-message-flood.ts";

// Beyond the burst: the first connection is closed after a second.
const small = {
  ...smallRun,
  rounds: 1,
  seconds: 1.5,
  connections: 10,
  floodings: [{ connections: 1, framesPerSecond: 1000 }],
} as const;
const flood = "1,000 frames/s over 1 connection";

test.each(["SQLite", "Postgres"] as const)(
  "calls on %s are timed while nobody floods and while one does, who is told to wait and closed, and no server is left behind",
  async (database) => {
    const { tables } = await benchMessageFlood({ ...small, databases: [database] });

    for (const when of ["nobody floods", flood]) {
      const [, calls, p50, p99, max] = rowOf(tables[0], `${database}, ${when}`) as number[];
      expect(calls).toBeGreaterThan(50);
      for (const ms of [p50, p99, max]) expect(ms).toBeGreaterThan(0);
    }
    const [, sent, answered, throttled, closed] = rowOf(tables[1], `${database}, ${flood}`) as number[];
    expect(sent).toBeGreaterThan(800);
    expect(answered).toBeGreaterThanOrEqual(400);
    expect(throttled).toBeGreaterThan(0);
    expect(closed).toBeGreaterThanOrEqual(1);
    await expect.poll(countChildren).toBe(0);
  },
);

test("a server that stalls while one floods is noticed", async () => {
  const stallMs = 150;
  const { tables } = await benchMessageFlood({
    ...small,
    seconds: 0.3,
    databases: ["SQLite"],
    disturb: (side) => side.act({ kind: "stall", ms: stallMs }),
  });

  const [, , , , quiet] = rowOf(tables[0], "SQLite, nobody floods") as number[];
  const [, , , p99, flooded, ratio] = rowOf(tables[0], `SQLite, ${flood}`) as number[];
  expect(flooded).toBeGreaterThan(stallMs * 0.8);
  expect(quiet).toBeLessThan(flooded ?? 0);
  expect(p99).toBeGreaterThan(stallMs / 2);
  expect(ratio).toBeGreaterThan(1);
});
