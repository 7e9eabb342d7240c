import { expect, test } from "vitest";

import { countChildren, smallRun } from "../test/small-run.ts";

import { benchMemory } from "./bench-memory.ts";

test("connections are counted on each side, and no server is left behind", async () => {
  const report = await benchMemory({ ...smallRun, rounds: 1, connections: 300 });

  const rows = (report.tables[0]?.rows ?? []) as [string, number, number, number, number][];
  expect(rows.map(([label]) => label)).toEqual([
    "raw ws",
    "tRPC, a generator each",
    "Countersign, a session each",
    "Countersign, a live list of 50 rows each",
  ]);
  // So few connections hardly show in the pages of the process; in the heap they do.
  for (const [label, rss, , , heap] of rows) {
    expect(rss, label).toBeLessThan(1024);
    expect(heap, label).toBeGreaterThan(0);
  }
  await expect.poll(countChildren).toBe(0);
});
