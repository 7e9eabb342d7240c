import { fileURLToPath } from "node:url";

import { defineConfig, type ViteUserConfig } from "vitest/config";

/**
 * The test settings all packages share: tests lie beside the file, an unexpected `console.error` fails its test, and
 * each run leaves `test-results/vitest.json`, which the task cache keeps and the count of all tests is made from.
 *
 * `own` comes on top, as in `testConfig({ globalSetup: "@app/services/postgres-setup" })`.
 */
export function testConfig(own: NonNullable<ViteUserConfig["test"]> = {}): ViteUserConfig {
  return defineConfig({
    test: {
      include: ["src/**/*.test.{ts,tsx}"],
      // A process per file: native modules and signal handlers do not leak from one file into the next.
      pool: "forks",
      restoreMocks: true,
      // Enough for a machine that does other things as well: a limit that fails a slow test tells nothing.
      testTimeout: 30_000,
      hookTimeout: 60_000,
      reporters: ["default", ["json", { outputFile: "test-results/vitest.json" }]],
      ...own,
      setupFiles: [setupFile, ...[own.setupFiles ?? []].flat()],
    },
  });
}

const setupFile = fileURLToPath(new URL("./fail-on-console-error.ts", import.meta.url));
