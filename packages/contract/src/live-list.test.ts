import { expect, test } from "vitest";

import { applyFrame, diffRows, type LiveRow } from "./live-list.ts";

const row = (id: string, version = 1): LiveRow => ({ id, version });

test("applying the difference of two lists to the first gives the second, whatever changed", () => {
  const lists = [
    [],
    [row("a")],
    [row("b"), row("a")],
    [row("a"), row("b")],
    [row("a", 2), row("b")],
    [row("c"), row("b"), row("a", 2)],
    [row("b"), row("c", 2), row("d"), row("a")],
    [row("x"), row("y"), row("z")],
  ];
  for (const before of lists) {
    for (const after of lists) {
      const difference = diffRows(before, after);
      expect(difference ? applyFrame(before, difference) : before).toEqual(after);
    }
  }
});

test("equal lists differ by nothing", () => {
  expect(diffRows([row("a"), row("b")], [row("a"), row("b")])).toBeNull();
});

test("rows that did not change keep their identity", () => {
  const before = [row("b"), row("a")];
  const difference = diffRows(before, [row("c"), row("b"), row("a", 2)]);
  const after = difference ? applyFrame(before, difference) : [];
  expect(after[1]).toBe(before[0]);
});

test("a row with other rights is sent again, in the same version; one with the same rights is not", () => {
  const withRights = (change: boolean, remove = false) => [{ ...row("a"), $can: { change, remove } }, row("b")];
  expect(diffRows(withRights(true), withRights(false))).toEqual({
    type: "difference",
    upsert: [{ ...row("a"), $can: { change: false, remove: false } }],
    remove: [],
  });
  expect(diffRows(withRights(true), withRights(true))).toBeNull();
  expect(diffRows(withRights(true, false), withRights(false, true))).not.toBeNull();
  expect(diffRows([row("a"), row("b")], withRights(true))).not.toBeNull();
});

test("a new row at the front needs no order, a moved one does", () => {
  expect(diffRows([row("a")], [row("b"), row("a")])).toEqual({ type: "difference", upsert: [row("b")], remove: [] });
  expect(diffRows([row("a"), row("b")], [row("b"), row("a")])).toHaveProperty("order", ["b", "a"]);
});
