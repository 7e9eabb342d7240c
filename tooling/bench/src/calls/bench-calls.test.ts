import { expect, test } from "vitest";

import { countChildren, rowOf, smallRun } from "../test/small-run.ts";

import { benchCalls } from "./bench-calls.ts";

/** Each side once, from sources or built. */
const labels = [
  "raw ws",
  "bare tRPC",
  "tRPC + Lucia",
  "Countersign, SQLite, built, 100 commits/s",
  "tRPC + Lucia, Postgres",
  "Countersign, Postgres",
  "Countersign, Postgres, cached",
];

/** For the slowest side to answer something, on a machine that is busy with other tests. */
const longEnough = { seconds: 0.4 };

test("every side answers every call, and no server is left behind", async () => {
  const report = await benchCalls({ ...smallRun, ...longEnough, rounds: 1, connections: 3, only: labels });

  const [cpu, ratio, postgres, rate, latency] = report.tables;
  for (const label of labels) {
    for (const table of [cpu, ratio, rate]) {
      expect(rowOf(table, label).slice(1), label).toEqual([expect.toSatisfy(isPositive), expect.toSatisfy(isPositive)]);
    }
    expect(rowOf(latency, label).slice(1)).toEqual([expect.stringMatching(/^\d+ \/ \d+$/), expect.any(String)]);
  }
  // Those that remember ask it too seldom to be sure of in so short a time.
  const asking = labels.filter((label) => !label.includes("cached"));
  const onPostgres = asking.filter((label) => rowOf(postgres, label).slice(1).every(isPositive));
  const expected = process.platform === "linux" ? asking.filter((label) => label.includes("Postgres")) : [];
  expect(onPostgres).toEqual(expected);
  expect(rowOf(ratio, "bare tRPC").slice(1)).toEqual([1, 1]);
  await expect.poll(countChildren).toBe(0);
});

function isPositive(value: unknown): boolean {
  return typeof value === "number" && value > 0 && Number.isFinite(value);
}
