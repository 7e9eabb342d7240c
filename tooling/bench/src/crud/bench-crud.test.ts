import { expect, test } from "vitest";

import { countChildren, smallRun } from "../test/small-run.ts";

import { benchCrud } from "./bench-crud.ts";

test("both ways answer every call alike on both databases, and no server is left behind", async () => {
  const report = await benchCrud({ ...smallRun, rounds: 1, connections: 2, depth: 2 });

  const rows = report.tables[0]?.rows ?? [];
  const sides = ["SQLite", "SQLite, built", "Postgres", "Postgres, built"];
  const names = sides.flatMap((side) => ["list", "get", "create", "update"].map((action) => `${side}: ${action}`));
  expect(rows.map(([label]) => label)).toEqual(names);
  for (const [label, ...values] of rows) {
    for (const value of values)
      expect(value, String(label)).toSatisfy((each) => Number.isFinite(each) && Number(each) > 0);
  }
  await expect.poll(countChildren).toBe(0);
});
