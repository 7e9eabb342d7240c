import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { expect } from "@playwright/test";

import { test } from "@app/browser";
import type { AppServer } from "@app/services";

import { signInByForm } from "./session-actions.ts";

const commandLine = fileURLToPath(new URL("../../../packages/cli/src/main.ts", import.meta.url));

test(
  "REG-20: a fresh installation has no account; the first superuser is made by the command line and signs in",
  { tag: "@database" },
  async ({ browser, newServer }) => {
    const server = await newServer();
    expect(JSON.parse(await countersign(server, ["user", "list", "--json"]))).toEqual({ users: [], total: 0 });

    const root = { username: "root", password: "a few random words" };
    await countersign(server, ["user", "create", root.username, "--superuser"], root.password);

    await using context = await browser.newContext({ baseURL: server.url });
    const page = await context.newPage();
    await page.goto("/login");
    await signInByForm(page, root);
    await expect(page.getByRole("button", { name: "Account menu of root" })).toBeVisible();
    const me = await context.request.get("/trpc/session.me");
    expect(await me.json()).toMatchObject({ result: { data: { username: "root", isSuperuser: true } } });
  },
);

/** Runs the command line on the server's database, as its operator does, and gives what it answers. */
async function countersign(server: AppServer, words: readonly string[], input = ""): Promise<string> {
  const running = promisify(execFile)(process.execPath, [commandLine, ...words], { env: server.env });
  running.child.stdin?.end(input);
  return (await running).stdout;
}
