import { join } from "node:path";

import { expect, test } from "vitest";

import { judgeFuzz } from "./judge-fuzz.ts";
import { runFuzz } from "./run-fuzz.ts";

const seed = 20_260_101;

test("WSK-01, WSK-11, WSK-45: hostile upgrades and frames do not end the server, are not kept, and keep nobody waiting", async () => {
  const report = await runFuzz({ count: 2000, seed });

  // In so short a run caches still fill: the long one looks at the heap.
  expect(judgeFuzz({ ...report, heapSlope: 0 })).toEqual([]);
  expect(report.statuses["101"]).toBeGreaterThan(0);
  expect(report.statuses["400"]).toBeGreaterThan(0);
  expect(report.socketsOpened).toBeGreaterThan(100);
  expect(report.canary.calls).toBeGreaterThanOrEqual(40);
}, 120_000);

test("negative control: a server without our guards does not survive it", async () => {
  const report = await runFuzz({ count: 3000, seed, entry: join(import.meta.dirname, "unguarded-server.ts") });

  expect(report.ended).toMatch(/Invalid URL|code [1-9]/);
  expect(judgeFuzz(report)[0]).toContain("The server ended");
}, 120_000);
