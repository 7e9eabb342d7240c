import { expect, test } from "vitest";

import { formatTable } from "./format-table.ts";

test("columns are aligned, numbers to the right, with three digits that count", () => {
  const rows = [
    ["raw", 0.123456, 12_345.6],
    ["a longer name", 12.345, null],
    ["none", 0, 99.96],
  ];
  expect(formatTable({ title: "Title", columns: ["side", "µs", "per second"], rows })).toBe(
    [
      "Title",
      "",
      "| side          |    µs | per second |",
      "| ------------- | ----: | ---------: |",
      "| raw           | 0.123 |     12,346 |",
      "| a longer name |  12.3 |          – |",
      "| none          |     0 |        100 |",
    ].join("\n"),
  );
});
