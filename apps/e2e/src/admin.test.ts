import { expect, type Page } from "@playwright/test";

import { type Account, expectAccessible, test } from "@app/browser";
import type { AppServer } from "@app/services";

import { runSql } from "./run-sql.ts";

const withinASecond = { timeout: 1000 };

test(
  "W2: an admin takes a permission away while its holder looks: the page and the way to it go without a reload",
  { tag: "@database" },
  async ({ server, newAccount, newDevice }) => {
    const [root, sue, tom] = [await newAccount("root"), await newAccount("sue"), await newAccount("tom")];
    await runSql(server, "update users set is_staff = true, is_superuser = true where username = ?", root.username);
    for (const { username } of [sue, tom]) await makeViewer(server, username);
    const [sues, toms] = [await openUsers(sue), await openUsers(tom)];
    const roots = await openUsers(root);

    await roots.getByRole("searchbox", { name: "Search" }).fill(sue.username);
    await expect(roots).toHaveURL(new RegExp(`/admin/users\\?search=${sue.username}$`));
    await expect(roots.getByRole("list", { name: "Users" }).locator("> li")).toHaveCount(1);
    await roots.getByRole("link", { name: sue.username }).click();
    await expect(roots.getByRole("heading", { name: sue.username })).toBeVisible();
    await roots.getByRole("button", { name: "Change permissions" }).click();
    await roots.getByRole("checkbox", { name: /^users\.view/ }).uncheck();
    await roots.getByRole("button", { name: "Save" }).click();

    await expect(sues.getByRole("heading", { name: "You do not have access to this page" })).toBeVisible(withinASecond);
    await expect(sues.getByRole("link", { name: "Admin" })).toHaveCount(0);
    await expect(sues.getByRole("list", { name: "Users" })).toHaveCount(0);
    await expect(roots.getByRole("region", { name: "Permissions" })).toContainText("None.");
    // Tom holds it still, and sees in his list what becomes of Sue.
    await roots.getByRole("button", { name: "Active: Take away" }).click();
    await roots
      .getByRole("group", { name: /^Take “Active” away/ })
      .getByRole("button", { name: "Take away" })
      .click();
    await expect(sues.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    const row = toms.getByRole("list", { name: "Users" }).locator("> li").filter({ hasText: sue.username });
    await expect(row).toContainText("Inactive", withinASecond);

    async function openUsers(account: Account): Promise<Page> {
      const page = await (await newDevice(account)).openWindow("/admin/users");
      await expect(page.getByRole("heading", { name: "Users" })).toBeVisible();
      return page;
    }
  },
);

for (const look of [{ locale: "en-GB" }, { locale: "ar", viewport: { width: 360, height: 740 } }] as const) {
  test(`axe finds nothing on the admin's pages, and none scrolls sideways (${look.locale})`, async ({
    server,
    newAccount,
    newDevice,
  }) => {
    test.setTimeout(120_000);
    const [root, bob] = [await newAccount("root"), await newAccount("bob")];
    await runSql(server, "update users set is_superuser = true where username = ?", root.username);
    await runSql(
      server,
      "insert into groups (id, name, created_at) select id, 'crew of ' || username, 0 from users where username = ?",
      root.username,
    );
    const page = await (await newDevice(root, look)).openWindow("/admin/users");

    for (const section of ["groups", "sessions", "audit", "connections", "users"]) {
      await page.goto(`/admin/${section}`);
      await expect(page.locator(".cs-list > .cs-row .cs-row__title").first()).toBeVisible();
      await expectFit(page);
    }
    await page.getByRole("link", { name: bob.username }).click();
    await expect(page.getByRole("heading", { name: bob.username })).toBeVisible();
    await expect(page.getByRole("heading", { level: 2 })).toHaveCount(7);
    const opening = page.locator(".cs-section__head > .cs-button");
    while ((await opening.count()) > 0) await opening.first().click();
    await expect(page.getByRole("checkbox").first()).toBeVisible();
    await expectFit(page);
  });
}

async function expectFit(page: Page): Promise<void> {
  // What the head of the window covers is not looked at.
  await page.evaluate(() => scrollTo(0, 0));
  await expectAccessible(page);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), page.url()).toBeLessThanOrEqual(
    0,
  );
}

async function makeViewer(server: AppServer, username: string): Promise<void> {
  await runSql(server, "update users set is_staff = true where username = ?", username);
  await runSql(
    server,
    "insert into user_permissions (user_id, permission) select id, 'users.view' from users where username = ?",
    username,
  );
}
