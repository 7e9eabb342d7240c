import { spawnSync } from "node:child_process";

import { expect, test } from "vitest";

import { findBrowser, type Places } from "./find-browser.ts";

const packaged = { executablePath: "/packaged", env: { LD_LIBRARY_PATH: "/lib" } };

test("a named browser comes first", async () => {
  await expect(findBrowser(places({ named: "/named", existing: ["/named", "/system"] }))).resolves.toEqual({
    executablePath: "/named",
    env: {},
  });
});

test("a named browser that is not there is an error that names the variable", async () => {
  await expect(findBrowser(places({ named: "/gone", existing: ["/system"] }))).rejects.toThrow(
    'CHROMIUM_PATH is "/gone", where there is nothing.',
  );
});

test("then the one from npm, then the system's, then Playwright's", async () => {
  const existing = ["/system", "/playwright"];
  await expect(findBrowser({ ...places({ existing }), packaged: async () => packaged })).resolves.toEqual(packaged);
  await expect(findBrowser(places({ existing }))).resolves.toEqual({ executablePath: "/system", env: {} });
  await expect(findBrowser(places({ existing: ["/playwright"] }))).resolves.toEqual({
    executablePath: "/playwright",
    env: {},
  });
});

test("where there is none, the error says how to get one", async () => {
  await expect(findBrowser(places({}))).rejects.toThrow("npx playwright install chromium");
});

test("the browser of this machine runs", async () => {
  const { executablePath, env } = await findBrowser();
  const { stdout } = spawnSync(executablePath, ["--version"], { env: { ...process.env, ...env }, encoding: "utf8" });
  expect(stdout).toMatch(/Chrom(e|ium).* \d+\./);
}, 30_000);

function places({ named, existing = [] }: { named?: string; existing?: string[] }): Places {
  return {
    named,
    packaged: async () => null,
    system: ["/system"],
    playwrights: "/playwright",
    exists: (path) => existing.includes(path),
  };
}
