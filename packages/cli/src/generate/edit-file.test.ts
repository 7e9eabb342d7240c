import { expect, test } from "vitest";

import { insertLines } from "./edit-file.ts";

const among = /^ {2}\w+,$/;

test("a line takes its place among its like by the alphabet, first, between and last", () => {
  const put = (line: string) => insertLines("{\n  b,\n  d,\n}", [{ line, among }]);

  expect(["  a,", "  c,", "  e,"].map(put)).toEqual([
    "{\n  a,\n  b,\n  d,\n}",
    "{\n  b,\n  c,\n  d,\n}",
    "{\n  b,\n  d,\n  e,\n}",
  ]);
});

test("a line goes before the one that is named", () => {
  expect(insertLines("a\nb\n", [{ line: "x", before: /^b$/ }])).toBe("a\nx\nb\n");
});

test("a line that is there stays as it is, and where there is no place nothing is changed", () => {
  expect(insertLines("  b,", [{ line: "  b,", among }])).toBe("  b,");
  expect(insertLines("nothing", [{ line: "  b,", among }])).toBeNull();
  expect(
    insertLines("  b,", [
      { line: "  c,", among },
      { line: "x", before: /^nowhere$/ },
    ]),
  ).toBeNull();
});
