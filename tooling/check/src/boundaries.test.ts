import { expect, test } from "vitest";

import type { Arrows } from "./arrows.ts";
import { findViolations } from "./boundaries.ts";
import { makeWorkspace } from "./fixture-workspace.ts";

const arrows: Record<string, Arrows> = {
  "packages/low": { to: [] },
  "packages/high": { to: ["packages/low"] },
  "apps/web": { to: [], typesOnly: ["packages/high"], inTests: ["packages/low"] },
  "apps/server": { to: [], inDevelopment: ["packages/low"] },
  "tooling/services": { to: [] },
};

test("imports that go down the arrows, into exports and within the package are fine", () => {
  expect(
    violationsOf({
      "packages/high/src/a.ts": `
        import { low } from "@x/low";
        import css from "@x/low/styles.css";
        import { z } from "zod";
        import { b } from "./deep/b.ts";
        export { low, css, z, b };`,
      "packages/high/src/deep/b.ts": `export { low } from "@x/low"; export const b = import("../a.ts");`,
    }),
  ).toEqual([]);
});

test.each([
  [`import { high } from "@x/high";`],
  [`import "@x/high";`],
  [`import type { High } from "@x/high";`],
  [`export { high } from "@x/high";`],
  [`export const high = await import("@x/high");`],
  [`export type High = import("@x/high").High;`],
])("an import up the arrows is found: %s", (text) => {
  expect(violationsOf({ "packages/low/src/a.ts": text })).toEqual([
    "packages/low/src/a.ts:1: packages/low must not import packages/high: imports run one way (docs/architecture.md).",
  ]);
});

test("what only tests may import is found outside them", () => {
  const text = `import { low } from "@x/low";`;
  expect(violationsOf({ "apps/web/src/a.test.ts": text, "apps/web/src/test/a.ts": text })).toEqual([]);
  expect(violationsOf({ "apps/web/src/a.ts": text })).toHaveLength(1);
});

test("what only the dev folder may import is found outside it", () => {
  const text = `import { low } from "@x/low";`;
  expect(violationsOf({ "apps/server/dev/a.ts": text })).toEqual([]);
  expect(violationsOf({ "apps/server/src/dev/a.ts": text })).toHaveLength(1);
  expect(violationsOf({ "apps/web/dev/a.ts": text })).toHaveLength(1);
});

test("an import past the exports of a package is found", () => {
  expect(violationsOf({ "packages/high/src/a.ts": `\nimport { low } from "@x/low/src/secret.ts";` })).toEqual([
    `packages/high/src/a.ts:2: "@x/low/src/secret.ts" reaches past the exports of @x/low. Export it there, or do without.`,
  ]);
});

test.each(["../../low/src/index.ts", "../../../packages/low/src/index.ts", "../../highest/a.ts", "../.."])(
  "a relative import out of the package is found: %s",
  (specifier) => {
    expect(violationsOf({ "packages/high/src/a.ts": `import "${specifier}";` })).toEqual([
      `packages/high/src/a.ts:1: "${specifier}" leaves packages/high. Import the other package by its name.`,
    ]);
  },
);

test("an absolute path is found", () => {
  expect(violationsOf({ "packages/low/src/a.ts": `import "/srv/a.ts";` })).toEqual([
    expect.stringContaining("path of one machine"),
  ]);
});

test("where only types may cross, a type import is fine and a value import is found", () => {
  expect(violationsOf({ "apps/web/src/api.ts": `import type { High } from "@x/high";` })).toEqual([]);
  expect(violationsOf({ "apps/web/src/api.ts": `import { type High, high } from "@x/high";` })).toEqual([
    `apps/web/src/api.ts:1: only types may come from @x/high. Write "import type".`,
  ]);
});

test("tests may use the tooling, and nothing else besides", () => {
  expect(violationsOf({ "packages/low/src/a.test.ts": `import "@x/services";` })).toEqual([]);
  expect(violationsOf({ "packages/low/src/a.ts": `import "@x/services";` })).toHaveLength(1);
  expect(violationsOf({ "packages/low/src/a.test.ts": `import "@x/high";` })).toHaveLength(1);
});

test("what a package lends to tests is for tests", () => {
  expect(violationsOf({ "packages/high/src/a.test.ts": `import "@x/low/testing";` })).toEqual([]);
  expect(violationsOf({ "packages/high/src/testing/a.ts": `import "@x/low/testing";` })).toEqual([]);
  expect(violationsOf({ "packages/high/src/a.ts": `import "@x/low/testing";` })).toEqual([
    `packages/high/src/a.ts:1: "@x/low/testing" is for tests. Do without.`,
  ]);
});

test("export * is found, within a package and of another one", () => {
  expect(violationsOf({ "packages/high/src/a.ts": `export * from "./b.ts";\nexport * from "@x/low";` })).toEqual([
    `packages/high/src/a.ts:1: "export *" hides what a module offers. List the names.`,
    `packages/high/src/a.ts:2: re-exports the package "@x/low". Let its users import it themselves.`,
  ]);
});

test("a package nobody gave arrows is found", () => {
  expect(violationsOf({ "packages/stray/package.json": `{ "name": "@x/stray" }` })).toEqual([
    "packages/stray: has no arrows. Say in tooling/check/src/arrows.ts what it may import.",
  ]);
});

test("what is installed or built is not looked at", () => {
  expect(
    violationsOf({
      "packages/low/node_modules/z/index.js": `import "@x/high";`,
      "packages/low/dist/index.js": `import "@x/high";`,
    }),
  ).toEqual([]);
});

test("a file that cannot be parsed is named", () => {
  expect(() => violationsOf({ "packages/low/src/a.ts": "import {" })).toThrow("packages/low/src/a.ts cannot be parsed");
});

/** What is found in a small workspace with these files. */
function violationsOf(files: Record<string, string>): string[] {
  using folder = makeWorkspace({ ...packageFiles, ...files });
  return findViolations(folder.path, arrows);
}

const packageFiles = {
  "packages/low/package.json": `{ "name": "@x/low", "exports": { ".": "./src/index.ts", "./styles.css": "./a.css", "./testing": "./b.ts" } }`,
  "packages/high/package.json": `{ "name": "@x/high", "exports": { ".": "./src/index.ts" } }`,
  "apps/web/package.json": `{ "name": "@x/web" }`,
  "apps/server/package.json": `{ "name": "@x/server" }`,
  "tooling/services/package.json": `{ "name": "@x/services", "exports": { ".": "./src/index.ts" } }`,
};
