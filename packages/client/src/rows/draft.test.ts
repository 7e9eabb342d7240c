import { expect, test } from "vitest";

import { clashingFields, differingFields, mergeInto } from "./draft.ts";

test("what is no number is something else than nothing, and than every number", () => {
  const written = { count: Number.NaN as number | null };
  expect(differingFields(written, { count: null })).toEqual(["count"]);
  expect(differingFields(written, { count: 0 })).toEqual(["count"]);
  expect(differingFields(written, { count: Number.NaN })).toEqual([]);
});

test("only what both have written, and differently, clashes; all else is laid together", () => {
  const base = { id: "1", version: 1, mine: "a", theirs: "a", both: "a", alike: "a" };
  const current = { id: "1", version: 2, mine: "a", theirs: "c", both: "c", alike: "b" };
  const draft = { base, values: { mine: "b", theirs: "a", both: "b", alike: "b" } };

  expect(clashingFields(current, draft)).toEqual(["both"]);
  expect(mergeInto(current, draft)).toEqual({ mine: "b", theirs: "c", both: "b", alike: "b" });
});
