import { expect, test } from "vitest";

import { countChildren, smallRun } from "../test/small-run.ts";

import { benchLive } from "./bench-live.ts";

test("every change reaches every list on both databases, and no server is left behind", async () => {
  const report = await benchLive({ ...smallRun, rounds: 1, seconds: 0.2, connections: 5, rows: 4 });

  const [shared, apart] = report.tables;
  for (const table of [shared, apart]) expect(table?.rows.map(([label]) => label)).toEqual(["SQLite", "Postgres"]);
  for (const [, ...values] of shared?.rows ?? []) {
    for (const value of values) expect(value).toSatisfy((each) => Number.isFinite(each) && Number(each) >= 0);
  }
  expect(apart?.columns).toEqual(["", "1 others", "5 others", "reads, 1 others", "reads, 5 others"]);
  await expect.poll(countChildren).toBe(0);
});
