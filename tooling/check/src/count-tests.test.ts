import { expect, test } from "vitest";

import { countTests } from "./count-tests.ts";
import { makeWorkspace } from "./fixture-workspace.ts";

test("the reports of all packages and of both runners are added up", () => {
  expect(
    count({
      "packages/a/test-results/vitest.json": vitestReport({ numPassedTests: 3, numPendingTests: 1 }),
      "apps/b/test-results/playwright.json": playwrightReport({ expected: 4 }),
      "apps/b/test-results/vitest.json": vitestReport({ numPassedTests: 5, numFailedTests: 2 }),
    }),
  ).toEqual({ passed: 12, failed: 2, skipped: 1, complaints: [] });
});

test("a package that left no report is a failure", () => {
  expect(count({ "packages/a/test-results/vitest.json": vitestReport({ numPassedTests: 1 }) })).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    complaints: ["apps/b left no report of its tests."],
  });
});

test("a file that fails outside of its tests is a failure, and one whose test failed is not counted twice", () => {
  const broken = { name: "x.test.ts", status: "failed", assertionResults: [] };
  const failed = {
    status: "failed",
    fullName: "one is one",
    failureMessages: ["\u001B[31mexpected 2\u001B[39m\nat y"],
  };
  const red = { name: "y.test.ts", status: "failed", assertionResults: [failed] };
  expect(
    count({
      "packages/a/test-results/vitest.json": vitestReport({ numFailedTests: 1, testResults: [broken, red] }),
      "apps/b/test-results/playwright.json": playwrightReport({}),
    }),
  ).toEqual({
    passed: 0,
    failed: 2,
    skipped: 0,
    complaints: ["y.test.ts: one is one: expected 2", "x.test.ts failed outside of its tests."],
  });
});

test("a flaky browser test and an error outside of the tests are failures", () => {
  expect(
    count({
      "packages/a/test-results/vitest.json": vitestReport({}),
      "apps/b/test-results/playwright.json": playwrightReport(
        { expected: 1, flaky: 1, unexpected: 1 },
        [{ message: "no browser" }],
        [
          {
            specs: [],
            suites: [
              {
                specs: [
                  spec("page opens", { projectName: "sqlite", status: "expected", results: [{ errors: [] }] }),
                  spec("page closes", {
                    projectName: "sqlite",
                    status: "flaky",
                    results: [{ errors: [{ message: "late\nvery" }] }, { errors: [] }],
                  }),
                  spec("page prints", { projectName: "postgres", status: "unexpected", results: [{ errors: [] }] }),
                ],
              },
            ],
          },
        ],
      ),
    }),
  ).toEqual({
    passed: 1,
    failed: 3,
    skipped: 0,
    complaints: [
      "page.test.ts (sqlite): page closes (flaky): late",
      "page.test.ts (postgres): page prints",
      "no browser",
    ],
  });
});

test("a report of no known kind is a failure", () => {
  expect(
    count({
      "packages/a/test-results/other.json": "{}",
      "apps/b/test-results/vitest.json": vitestReport({ numPassedTests: 1 }),
    }),
  ).toMatchObject({ passed: 1, failed: 1 });
});

/** The count of a workspace of two packages with tests and one without, with these reports. */
function count(reports: Record<string, string>) {
  using folder = makeWorkspace({ ...packageFiles, ...reports });
  return countTests(folder.path);
}

const packageFiles = {
  "packages/a/package.json": `{ "name": "a", "scripts": { "test": "vitest run" } }`,
  "apps/b/package.json": `{ "name": "b", "scripts": { "test": "playwright test" } }`,
  "tooling/c/package.json": `{ "name": "c" }`,
};

function vitestReport(numbers: Record<string, unknown>): string {
  return JSON.stringify({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    testResults: [],
    ...numbers,
  });
}

function playwrightReport(
  stats: Record<string, number>,
  errors: { message: string }[] = [],
  suites: unknown[] = [],
): string {
  return JSON.stringify({ stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0, ...stats }, suites, errors });
}

function spec(title: string, run: Record<string, unknown>) {
  return { title, file: "page.test.ts", tests: [run] };
}
