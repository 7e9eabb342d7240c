import { expect, test } from "vitest";

import { suggest } from "./suggest.ts";

const names = ["user create", "user list", "user promote", "sessions list", "sessions revoke"];

test.each([
  ["user crate", "user create"],
  ["users list", "user list"],
  ["session list", "sessions list"],
  ["user lsit", "user list"],
  ["USER LIST", "user list"],
  ["user promtoe", "user promote"],
])('"%s" is taken for "%s"', (written, meant) => {
  expect(suggest(written, names)).toBe(meant);
});

test.each(["", "migrate everything", "xyz"])('"%s" is like none of them', (written) => {
  expect(suggest(written, names)).toBeNull();
});

test("letters that are swapped count once", () => {
  expect(suggest("abdc", ["abcd", "abxy"])).toBe("abcd");
  expect(suggest("anything", [])).toBeNull();
});
