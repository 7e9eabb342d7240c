import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { describe, expect, test } from "vitest";

import { makeWorkspace } from "./fixture-workspace.ts";

const root = join(import.meta.dirname, "../../..");
const oxlint = join(dirname(createRequire(import.meta.url).resolve("oxlint/package.json")), "bin/oxlint");

// The linter is configured in one file that anyone may edit: here each guard is seen to bite, and to let be.
describe("the lint settings refuse", () => {
  test.each([
    ["a promise nobody waits for", "no-floating-promises", `async function f() {}\nexport function g() { f(); }`],
    [
      "a promise where a boolean is asked for",
      "no-misused-promises",
      `const f = async () => true;\nexport const g = () => { if (f()) return 1; return 2; };`,
    ],
    [
      "a switch that forgets a case",
      "switch-exhaustiveness-check",
      `export function f(x: "a" | "b") { switch (x) { case "a": return 1; } return 2; }`,
    ],
    ["any", "no-explicit-any", `export const f = (x: any): unknown => x;`],
    ["what any spreads", "no-unsafe-member-access", `export const f: unknown = JSON.parse("{}").x;`],
    ["a type imported as a value", "consistent-type-imports", `import { T } from "./t.ts";\nexport const x: T = 1;`],
    ["a default export", "no-default-export", `export default 1;`],
    ["console", "no-console", `console.log(1);`],
    ["process.env", "no-restricted-properties", `export const x = process.env["HOME"];`],
    [
      "process.env taken apart",
      "no-restricted-properties",
      `declare const process: { env: object };\nexport const { env } = process;`,
    ],
    [
      "process under another name",
      "no-restricted-imports",
      `import { env } from "node:process";\nexport const x = env;`,
    ],
    ["something thrown that is no error", "only-throw-error", `export const f = () => { throw "no"; };`],
    ["a silenced compiler", "ban-ts-comment", `// @ts-ignore\nexport const x: string = 1;`],
    ["an unneeded silence", "Unused", `// oxlint-disable-next-line no-console\nexport const x = 1;`],
  ])("%s (%s)", (_, rule, text) => {
    expect(lint({ "packages/rpc/src/a.ts": text, "packages/rpc/src/t.ts": "export type T = 1;" })).toContain(rule);
  });

  test("a cycle of imports", () => {
    const files = {
      "packages/rpc/src/a.ts": `import { b } from "./b.ts";\nexport const a = () => b;`,
      "packages/rpc/src/b.ts": `import { a } from "./a.ts";\nexport const b = () => a;`,
    };
    expect(lint(files)).toContain("no-cycle");
  });

  test("a test that runs alone, and one that expects nothing", () => {
    const text = `import { expect, test } from "vitest";\ntest.only("a", () => { expect(1).toBe(1); });\ntest("b", () => {});`;
    const said = lint({ "packages/rpc/src/a.test.ts": text });
    expect(said).toContain("no-focused-tests");
    expect(said).toContain("expect-expect");
  });

  test("a hook called under a condition, and an image without words", () => {
    const text = `declare function useIt(): void;
      export function Page({ on }: { on: boolean }) { if (on) useIt(); return <img src="a.png" />; }`;
    const said = lint({ "packages/pages/src/a.tsx": text });
    expect(said).toContain("rules-of-hooks");
    expect(said).toContain("alt-text");
  });
});

test("the lint settings let the house style be", () => {
  const files = {
    "packages/rpc/src/a.ts": `import type { T } from "./t.ts";\n\nexport async function f(x: T): Promise<T> {\n  return await Promise.resolve(x);\n}\n`,
    "packages/rpc/src/t.ts": "export type T = 1;\n",
    "apps/server/src/env.ts": `declare const process: { env: Record<string, string> };\nexport const home = process.env["HOME"];\n`,
    "packages/rpc/vitest.config.ts": "export default {};\n",
  };
  expect(lint(files)).toContain("Found 0 warnings and 0 errors");
});

/** What the linter says, with this project's settings, of these files. */
function lint(files: Record<string, string>): string {
  using folder = makeWorkspace({
    ".oxlintrc.json": readFileSync(join(root, ".oxlintrc.json"), "utf8"),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: true,
        module: "nodenext",
        moduleDetection: "force",
        allowImportingTsExtensions: true,
        noEmit: true,
        jsx: "react-jsx",
        types: [],
      },
    }),
    ...files,
  });
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint], { cwd: folder.path, encoding: "utf8" });
  return stdout + stderr;
}
