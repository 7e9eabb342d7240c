import { join } from "node:path";

import { expect, test } from "vitest";

import { makeWorkspace } from "./fixture-workspace.ts";
import { readRegularExpressions } from "./regular-expressions.ts";
import { findVulnerableExpressions } from "./vulnerable-expressions.ts";

test("REL-32: no text can make a regular expression of the servers take more than linear time", async () => {
  expect(await findVulnerableExpressions(join(import.meta.dirname, "../../.."))).toEqual([]);
}, 600_000);

test("REL-32: one that takes exponential time is found, and so is one that takes the square, however it is written", async () => {
  using workspace = makeWorkspace({
    "packages/door/src/door.ts": [
      "export const good = /^[a-z]{1,20}$/;",
      "export const exponential = /^(a+)+$/;",
      'export const square = new RegExp("[. ]+$", "g");',
      'export const text = "/(a+)+$/";',
    ].join("\n"),
    "packages/door/src/door.test.ts": "export const fine = /^(a+)+$/;",
  });

  const found = await findVulnerableExpressions(workspace.path, ["packages/door"]);

  expect(found.map((line) => line.split(" is ")[0])).toEqual([
    "packages/door/src/door.ts:2: /^(a+)+$/",
    "packages/door/src/door.ts:3: /[. ]+$/g",
  ]);
}, 60_000);

test("literals and plain texts given to RegExp are read, with their flags", () => {
  const text = 'f(/a/u, new RegExp("b"), RegExp("c", "i"), new RegExp(given), new Other("d"));';

  expect(readRegularExpressions("a.ts", text).map(({ source, flags }) => `${source}/${flags}`)).toEqual([
    "a/u",
    "b/",
    "c/i",
  ]);
});
