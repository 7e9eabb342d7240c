import { expect, type Page } from "@playwright/test";

import { expectAccessible } from "@app/browser";

import { chooseAtWorks, test } from "./provider-actions.ts";
import { runSql } from "./run-sql.ts";

// axe takes a second for each of many pages.
test.beforeEach(() => test.setTimeout(120_000));

test.use({
  setUp: {
    users: [
      { name: "nina", fullName: "Nina Soto" },
      { name: "mia", fullName: "Mia Roy", email: null },
      { name: "ann", fullName: "Ann Lee", email: "ann@example.test" },
    ],
    environment: { EMAIL_REQUIRED: "true", SESSION_FRESH_SECONDS: "1" },
  },
});

for (const locale of ["en-GB", "ar"]) {
  test(`axe finds nothing on the pages of providers, and none scrolls sideways (${locale})`, async ({
    newDevice,
    server,
  }) => {
    await registerAnn(server.url);
    const address = `update users set email_verified_at = created_at where username = ?`;
    await runSql(server, address, "ann");
    const device = await newDevice(null, { locale });
    // A visit that nobody knows.
    device.problems.allow(/400 .*auth\.oidc\.pending/);
    const page = await device.openWindow("/login");
    const works = page.getByRole("button", { name: /The Works/ });
    await expect(works).toBeVisible();
    await see(page);
    await page.goto("/register");
    await expect(works).toBeVisible();
    await see(page);

    for (const code of ["cancelled", "exists"]) {
      await page.goto(`/auth/error?code=${code}&id=0192f0c0-aaaa-7bbb-8ccc-0123456789ab`);
      await expect(page.getByText("0192f0c0")).toBeVisible();
      await see(page);
    }

    await page.goto("/login");
    await works.click();
    await chooseAtWorks(page, "Mia Roy");
    await expect(page.locator("input[name=email]")).toBeVisible();
    await see(page);
    await device.context.clearCookies();

    await page.goto("/login");
    await works.click();
    await chooseAtWorks(page, "Ann Lee");
    await expect(page.locator("input[name=password]")).toBeVisible();
    await see(page);
    await page.goto("/auth/continue?t=nobody");
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await see(page);
    await device.context.clearCookies();

    await page.goto("/login?next=/account");
    await works.click();
    await chooseAtWorks(page, "Nina Soto");
    await expect(page.locator("#cs-identities")).toBeVisible();
    await see(page);
    await page.locator(".cs-freshness button").click();
    await expect(page.getByRole("dialog").getByRole("button", { name: /The Works/ })).toBeVisible();
    await see(page);
  });
}

async function see(page: Page): Promise<void> {
  await expectAccessible(page);
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    const sideways = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(sideways, `${page.url()} at ${width} pixels`).toBe(0);
  }
}

/** Her address is the one that the provider has of its Ann. */
async function registerAnn(url: string): Promise<void> {
  const answer = await fetch(`${url}/trpc/auth.register`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url },
    body: JSON.stringify({ username: "ann", password: "a few random words", email: "ann@example.test" }),
  });
  expect(answer.status, await answer.text()).toBe(200);
}
