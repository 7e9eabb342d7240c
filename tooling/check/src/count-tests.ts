import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

import { findPackages } from "./workspace.ts";

export interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What went wrong, a line each: tests that failed, packages that left no report, files that could not be loaded. */
  readonly complaints: readonly string[];
}

/**
 * Adds up the reports that Vitest and Playwright leave in every package's `test-results`. A package that has a test
 * script and no report counts as one failure, and so does a test file that could not be loaded.
 */
export function countTests(root: string): TestCount {
  return findPackages(root)
    .filter(({ hasTests }) => hasTests)
    .map(({ folder }) => countPackage(root, folder))
    .reduce(add, nothing);
}

const nothing: TestCount = { passed: 0, failed: 0, skipped: 0, complaints: [] };

function countPackage(root: string, folder: string): TestCount {
  const reports = globSync(`${folder}/test-results/*.json`, { cwd: root }).toSorted();
  if (reports.length === 0) return { ...nothing, failed: 1, complaints: [`${folder} left no report of its tests.`] };

  return reports.map((file) => countReport(file, JSON.parse(readFileSync(join(root, file), "utf8")))).reduce(add);
}

function countReport(file: string, report: unknown): TestCount {
  if (isVitest(report)) return countVitest(report);
  if (isPlaywright(report)) return countPlaywright(report);
  return { ...nothing, failed: 1, complaints: [`${file} is a report of no kind that is known.`] };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

function isVitest(report: unknown): report is VitestReport {
  return typeof report === "object" && report !== null && "numPassedTests" in report && "testResults" in report;
}

function countVitest(report: VitestReport): TestCount {
  // A file that throws while it is loaded has no tests to count, and would pass for nothing at all.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((each) => each.status !== "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    complaints: [
      ...report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === "failed")
          .map(({ fullName, failureMessages }) => describeFailure(`${name}: ${fullName}`, failureMessages[0])),
      ),
      ...broken.map(({ name }) => `${name} failed outside of its tests.`),
    ],
  };
}

interface PlaywrightReport {
  readonly stats: {
    readonly expected: number;
    readonly unexpected: number;
    readonly flaky: number;
    readonly skipped: number;
  };
  readonly suites: readonly PlaywrightSuite[];
  readonly errors: readonly PlaywrightError[];
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly file: string;
    readonly tests: readonly {
      readonly projectName: string;
      readonly status: string;
      readonly results: readonly { readonly errors: readonly PlaywrightError[] }[];
    }[];
  }[];
}

interface PlaywrightError {
  readonly message?: string;
}

function isPlaywright(report: unknown): report is PlaywrightReport {
  return typeof report === "object" && report !== null && "stats" in report && "errors" in report;
}

function countPlaywright({ stats, suites, errors }: PlaywrightReport): TestCount {
  return {
    passed: stats.expected,
    // A test that passes at the second try did fail.
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    complaints: [
      ...suites.flatMap(describeSuite),
      ...errors.map(({ message }) => message ?? "Playwright failed outside of its tests."),
    ],
  };
}

function describeSuite({ suites = [], specs }: PlaywrightSuite): string[] {
  const failures = specs.flatMap(({ title, file, tests }) =>
    tests
      .filter(({ status }) => status === "unexpected" || status === "flaky")
      .map(({ projectName, status, results }) => {
        const message = results.flatMap(({ errors }) => errors)[0]?.message;
        return describeFailure(`${file} (${projectName}): ${title}${status === "flaky" ? " (flaky)" : ""}`, message);
      }),
  );
  return [...suites.flatMap(describeSuite), ...failures];
}

function describeFailure(test: string, message = ""): string {
  const [reason = ""] = stripVTControlCharacters(message).split("\n", 1);
  return reason === "" ? test : `${test}: ${reason}`;
}

function add(a: TestCount, b: TestCount): TestCount {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
    complaints: [...a.complaints, ...b.complaints],
  };
}
