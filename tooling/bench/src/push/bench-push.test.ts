import { expect, test } from "vitest";

import { countChildren, smallRun } from "../test/small-run.ts";

import { benchPush } from "./bench-push.ts";

test("every push reaches every socket in frames of one length, and no server is left behind", async () => {
  const report = await benchPush({ ...smallRun, connections: 5, pushesPerRound: 3 });

  const rows = report.tables[0]?.rows ?? [];
  expect(rows.map(([label]) => label)).toEqual([
    "raw ws, one text to all",
    "tRPC, a generator each",
    "Countersign, one session",
    "Countersign, 5 sessions",
  ]);
  for (const [label, cost, ratio, p50, max] of rows as [string, number, number, number, number][]) {
    for (const value of [cost, ratio, p50]) expect(value, label).toBeGreaterThan(0);
    expect(max).toBeGreaterThanOrEqual(p50);
  }
  expect(new Set(rows.map((row) => row.at(-1))).size).toBe(1);
  await expect.poll(countChildren).toBe(0);
});
