import { deepEqual, equal, ok } from "node:assert/strict";

import { chromium } from "@playwright/test";

import { findBrowser, watchProblems } from "@app/browser";

import type { Check } from "./check.ts";

export const pageChecks: readonly Check[] = [
  {
    title: "COO-04, HDR-02: in a real browser people sign in and out, in two windows, with no complaint on the console",
    async run(site) {
      await site.visitor("127.0.0.2").register("person");
      const { executablePath, env } = await findBrowser();
      const args = ["--no-sandbox", "--disable-gpu"];
      const browser = await chromium.launch({ executablePath, args, env: { ...process.env, ...env } });
      try {
        const context = await browser.newContext({ baseURL: site.origin, ignoreHTTPSErrors: true, locale: "en" });
        const problems = watchProblems(context);
        const page = await context.newPage();
        await page.goto("/login");
        await page.getByLabel("Username").fill("person");
        await page.getByLabel("Password", { exact: true }).fill("correct horse person");
        await page.getByRole("button", { name: "Sign in" }).click();
        await page.getByRole("button", { name: /Account menu/ }).waitFor();

        const cookies = await context.cookies();
        const flags = cookies.map(({ name, httpOnly, secure, sameSite }) => ({ name, httpOnly, secure, sameSite }));
        deepEqual(flags, [{ name: "__Host-session", httpOnly: true, secure: true, sameSite: "Lax" }]);
        // A text: these tests' types know no pages.
        equal(await page.evaluate("document.cookie"), "");

        const other = await context.newPage();
        await other.goto("/");
        await other.getByRole("button", { name: /Account menu/ }).waitFor();
        await page.getByRole("button", { name: /Account menu/ }).click();
        await page.getByRole("button", { name: "Sign out", exact: true }).click();
        await other.getByRole("button", { name: /Account menu/ }).waitFor({ state: "detached" });
        ok((await context.cookies()).every(({ name }) => name !== "__Host-session"));
        deepEqual(problems.unexpected(), []);
      } finally {
        await browser.close();
      }
    },
  },
];
