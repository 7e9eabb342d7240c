import { chromium } from "@playwright/test";
import { expect, test } from "vitest";

import { expectAccessible, findBrowser } from "@app/browser";

import { startBareClient } from "../test/oidc/bare-client.ts";

import { startIdentityProvider } from "./index.ts";

test("in a browser a click on a user goes on to the app, and a click on the way out ends it; axe finds nothing", async () => {
  await using provider = await startIdentityProvider({
    users: [{ name: "ann", fullName: "Ann Lee" }, { name: "bob" }],
  });
  await using app = await startBareClient(provider);
  await using resources = new AsyncDisposableStack();
  const { executablePath, env } = await findBrowser();
  const browser = await chromium.launch({ executablePath, args: ["--disable-gpu"], env: { ...process.env, ...env } });
  resources.defer(() => browser.close());
  const page = await (await browser.newContext()).newPage();
  const asked = new URLSearchParams({
    client_id: provider.clientId,
    redirect_uri: app.redirectUri,
    response_type: "code",
    scope: "openid",
    state: "mine",
    code_challenge: "a".repeat(43),
    code_challenge_method: "S256",
  });

  await page.goto(`${provider.issuer}/auth?${asked.toString()}`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Ann Lee" }).click();
  await page.waitForURL(`${app.redirectUri}?*`);
  expect(new URL(page.url()).searchParams.get("state")).toBe("mine");

  await page.goto(`${provider.issuer}/session/end?client_id=${provider.clientId}`);
  await expectAccessible(page);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Signed out" }).waitFor();
  await expectAccessible(page);
  expect(app.logoutTokens).toHaveLength(1);
}, 60_000);
