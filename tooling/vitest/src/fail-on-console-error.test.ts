import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

const packageFolder = join(import.meta.dirname, "..");
const vitest = join(packageFolder, "node_modules/vitest/vitest.mjs");

test("a test that says something on console.error without expecting it fails, and its neighbours do not", () => {
  const report = runTests(`
    import { expect, test, vi } from "vitest";
    test("silent", () => { expect(1).toBe(1); });
    test("loud", () => { console.error("oh no"); });
    test("expected", () => {
      const said = vi.spyOn(console, "error").mockImplementation(() => {});
      console.error("as expected");
      expect(said).toHaveBeenCalledOnce();
    });
    test("after the expected one", () => { console.error("loud again"); });
  `);

  expect(report.testResults[0]?.assertionResults.map(({ title, status }) => [title, status])).toEqual([
    ["silent", "passed"],
    ["loud", "failed"],
    ["expected", "passed"],
    ["after the expected one", "failed"],
  ]);
  expect(report).toMatchObject({ numPassedTests: 2, numFailedTests: 2 });
});

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { assertionResults: { title: string; status: string }[] }[];
}

/** Runs one test file with the shared settings, in a process of its own, and reads the report it leaves. */
function runTests(text: string): Report {
  // Inside the package, so that `vitest` and the settings are found.
  const folder = mkdtempSync(join(packageFolder, "node_modules", "fixture-"));
  try {
    writeFileSync(join(folder, "a.test.ts"), text);
    writeFileSync(
      join(folder, "vitest.config.ts"),
      `import { testConfig } from "../../src/index.ts";\nexport default testConfig({ include: ["a.test.ts"] });\n`,
    );
    spawnSync(process.execPath, [vitest, "run", "--root", folder], { encoding: "utf8" });
    return JSON.parse(readFileSync(join(folder, "test-results/vitest.json"), "utf8")) as Report;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
