import { join } from "node:path";

import { expect, test } from "vitest";

import { findUnshownCases } from "./acceptance.ts";
import { makeWorkspace } from "./fixture-workspace.ts";

const catalogue = `
# Acceptance
- **AAA-01** one
- **AAA-02** two
- **AAA-04** four _Not shown: there is no door yet._
`;

function complaintsOf(tests: string, cases = catalogue): string[] {
  using workspace = makeWorkspace({ "docs/acceptance.md": cases, "packages/door/src/door.test.ts": tests });
  return findUnshownCases(workspace.path).map((line) => line.slice(0, 15));
}

test("every case of docs/acceptance.md has a test named after it, or says why not", () => {
  expect(findUnshownCases(join(import.meta.dirname, "../../.."))).toEqual([]);
});

test("a title may name several cases, or a range of them", () => {
  expect(complaintsOf(`test("AAA-01, AAA-02: the door", open);`)).toEqual([]);
  expect(complaintsOf(`test.each(doors)(\n  \`AAA-01 to AAA-02: the door $name\`, open);`)).toEqual([]);
});

test("a case without a test is told, and so is an excuse that is no longer needed", () => {
  expect(complaintsOf(`test("AAA-01: the door", open);`)).toEqual(["AAA-02: no test"]);
  expect(complaintsOf(`test("AAA-01 to AAA-04: the door", open);`)).toEqual(["AAA-04: docs/ac"]);
});

test("the cases of a suite that code is held to count like tests", () => {
  using workspace = makeWorkspace({
    "docs/acceptance.md": "- **AAA-01** one\n",
    "packages/door/src/doors/cases/open.ts": `export const open = [{ title: "AAA-01: the door", run: open }];`,
  });
  expect(findUnshownCases(workspace.path)).toEqual([]);
});

test("an id in the middle of a title, in a comment or in a file that is no test shows nothing", () => {
  expect(complaintsOf(`// AAA-01: the door\ntest("like AAA-02: the door", open);`)).toEqual([
    "AAA-01: no test",
    "AAA-02: no test",
  ]);
  using workspace = makeWorkspace({
    "docs/acceptance.md": "- **AAA-01** one\n",
    "packages/door/src/door.ts": `const title = "AAA-01: the door";`,
  });
  expect(findUnshownCases(workspace.path)).toHaveLength(1);
});
