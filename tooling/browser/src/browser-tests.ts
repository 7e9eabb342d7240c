import { defineConfig, type PlaywrightTestConfig } from "@playwright/test";

import { findBrowser } from "./find-browser.ts";
import type { ServerOptions } from "./fixtures.ts";

/**
 * The settings all browser tests share: the found browser, one worker (the tests are about two windows of one machine,
 * and timing is part of what they check), no second tries, and a report in `test-results/playwright.json`.
 */
export async function browserTests(options: {
  /** The built server, started in production mode for the tests. */
  readonly serverEntry: string;
}): Promise<PlaywrightTestConfig<object, ServerOptions>> {
  const { executablePath, env } = await findBrowser();

  return defineConfig<object, ServerOptions>({
    testDir: "src",
    testMatch: "**/*.test.ts",
    outputDir: "test-results/artifacts",
    workers: 1,
    retries: 0,
    forbidOnly: Boolean(process.env["CI"]),
    timeout: 30_000,
    reporter: [["list"], ["json", { outputFile: "test-results/playwright.json" }]],
    use: {
      serverEntry: options.serverEntry,
      locale: "en-GB",
      timezoneId: "Europe/Berlin",
      // Recording makes a run half as long again. To look into a failure: --trace retain-on-failure.
      trace: "off",
      actionTimeout: 5000,
      launchOptions: { executablePath, args: [...quiet], env: { ...environment(), ...utf8, ...env } },
    },
  });
}

/** Keeps the browser from what no test needs: graphics, and calls to its maker. */
const quiet = [
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

/** Without it a browser on Linux knows no file name beyond ASCII, and calls all others "download". */
const utf8 = { LC_ALL: "C.UTF-8" };

function environment(): Record<string, string> {
  return Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]));
}
