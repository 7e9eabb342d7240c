import { expect, type Page } from "@playwright/test";

import { type Account, expectAccessible } from "@app/browser";

import { signInAtWorks, test } from "./provider-actions.ts";
import { runSql } from "./run-sql.ts";
import { watchSockets } from "./socket-log.ts";

const withinASecond = { timeout: 1000 };

test(
  "an admin takes away what a provider opens: the screen it opened stops at once, and nobody else's does",
  { tag: "@database" },
  async ({ newAccount, newDevice, server }) => {
    const [root, bob] = [await newAccount("root"), await newAccount("bob")];
    await runSql(server, "update users set is_superuser = true where username = ?", root.username);
    const ninas = await (await newDevice()).openWindow("/login");
    await signInAtWorks(ninas, "Nina Soto");
    await expect(ninas.getByText("No notes yet")).toBeVisible();
    const sockets = watchSockets(ninas);
    const bobs = await open(bob, "/notes");
    const roots = await open(root, "/admin/users");
    const others = await open(root, "/admin/users");

    for (const page of [roots, others]) {
      await page.getByRole("link", { name: "nina", exact: true }).click();
      const section = page.getByRole("region", { name: "Connected accounts" });
      await expect(section.getByText("nina@example.com")).toBeVisible();
      await expect(section.getByText("Known there as nina")).toBeVisible();
      await expect(section.getByText("The only way to sign in that this user has")).toBeVisible();
    }
    await roots.getByRole("button", { name: "The Works: Take away" }).click();
    const question = roots.getByRole("group", { name: /^Take “The Works” away from nina\?/ });
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await expect(ninas.getByText("No notes yet")).toBeVisible();
    await question.getByRole("button", { name: "Take away" }).click();

    await expect(ninas.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(ninas.getByText("No notes yet")).toHaveCount(0);
    await expect(roots.getByText("nina signs in with The Works no more.")).toBeVisible();
    // Another admin's open page follows, and says what is left.
    await expect(others.getByText("Signs in with no provider.")).toBeVisible(withinASecond);
    await expect(others.getByText("Signed in nowhere.")).toBeVisible();
    await expect(bobs.getByRole("button", { name: `Account menu of ${bob.username}` })).toBeVisible();
    await expect(bobs.getByRole("heading", { name: "Notes" })).toBeVisible();
    // A visitor's socket in the place of hers.
    await expect.poll(() => sockets.open).toBe(1);

    // The provider, which knows her still, opens nothing: the account with her address is another way's to enter.
    await ninas.getByRole("button", { name: "Continue with The Works" }).click();
    await expect(ninas.getByRole("heading", { name: "You have an account here already" })).toBeVisible();
    await roots.goto(`/admin/audit?action=admin.user.remove_identity`);
    await expect(roots.locator(".cs-list > .cs-row")).toHaveCount(1);
    await expect(roots.locator(".cs-list > .cs-row")).toContainText("Took a provider away from a user");

    async function open(account: Account, path: string): Promise<Page> {
      return (await newDevice(account)).openWindow(path);
    }
  },
);

for (const look of [{ locale: "en-GB" }, { locale: "ar", viewport: { width: 360, height: 740 } }] as const) {
  test(`axe finds nothing where an admin sees from where somebody signs in, and nothing scrolls sideways (${look.locale})`, async ({
    newAccount,
    newDevice,
    server,
  }) => {
    const root = await newAccount("root");
    await runSql(server, "update users set is_superuser = true where username = ?", root.username);
    const ninas = await (await newDevice()).openWindow("/login");
    await signInAtWorks(ninas, "Nina Soto");
    await expect(ninas.getByText("No notes yet")).toBeVisible();
    // As long as an issuer and a subject may be.
    await runSql(server, "update identities set subject = ?", "s".repeat(255));

    const page = await (await newDevice(root, look)).openWindow("/admin/users");
    await page.getByRole("link", { name: "nina", exact: true }).click();
    const section = page.locator("section", { hasText: "s".repeat(255) });
    await expect(section).toBeVisible();
    await section.getByRole("button").click();
    await expect(section.getByRole("group")).toBeVisible();

    await page.evaluate(() => scrollTo(0, 0));
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  });
}
