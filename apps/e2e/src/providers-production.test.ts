import { randomBytes } from "node:crypto";

import { expect, type Page } from "@playwright/test";

import { startHttpsFront } from "./https-front.ts";
import { chooseAtWorks, signInAtWorks, test as base } from "./provider-actions.ts";
import { signInByForm, signOut } from "./session-actions.ts";

const menuOfNina = { name: "Account menu of nina" };
const withinASecond = { timeout: 1000 };

/** As it is run: two servers on one database, behind one address with https, where each request reaches the other one. */
const test = base.extend({
  server: async ({ newServer, works }, use) => {
    await using front = await startHttpsFront();
    const environment = {
      ...works.environment,
      PUBLIC_URL: front.url,
      TRUST_PROXY: "loopback",
      OIDC_KEYS: randomBytes(32).toString("base64url"),
      SESSION_FRESH_SECONDS: "3",
    };
    const one = await newServer(environment);
    const two = await newServer({ ...environment, DATABASE_URL: one.env["DATABASE_URL"] ?? "" });
    front.passTo(one.url, two.url);
    // Browsers know one address, and nothing of the two behind it.
    await use(Object.create(one, { url: { value: front.url } }) as typeof one); // All else is the first one's.
  },
});

test.skip(({ dialect }) => dialect !== "postgres", "Two servers share a database that is one: PostgreSQL.");

test(
  "a provider signs in, ends what it began in both windows, and is connected and confirmed with, over https on two servers",
  { tag: "@database" },
  async ({ newDevice, server, works }) => {
    test.setTimeout(90_000);
    const device = await newDevice();
    device.problems.allow(/403 .*account\.(?:setPassword|identities\.unlink)|403 .*auth\.oidc\.start/);
    const page = await device.openWindow("/login?next=/account");
    await signInAtWorks(page, "Nina Soto");
    await expect(page.getByRole("button", menuOfNina)).toBeVisible();
    const other = await device.openWindow("/notes");
    await expect(other.getByRole("button", menuOfNina)).toBeVisible();
    // The provider's own are for the same host.
    const all = await device.context.cookies(server.url);
    const cookies = all.filter(({ name }) => !name.startsWith("idp_"));
    expect(cookies.map(({ name }) => name.replace(/-[\da-f]{8}$/, "-…")).toSorted()).toEqual([
      "__Host-oidc-…",
      "__Host-session",
    ]);
    for (const cookie of cookies)
      expect(cookie).toMatchObject({ secure: true, httpOnly: true, sameSite: "Lax", path: "/", domain: "localhost" });

    const logoutToken = await works.provider.logoutToken("nina");
    const told = await device.context.request.post(`${server.url}/auth/oidc/works/backchannel-logout`, {
      form: { logout_token: logoutToken },
    });
    expect(told.status()).toBe(200);
    for (const each of [page, other])
      await expect(each.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);

    // The session there that it was about does not come in any more; another one does.
    await device.context.clearCookies({ name: /^idp_/ });
    // Whoever has no password yet sets one, once the provider has asked anew who they are.
    await page.goto("/login?next=/account");
    await signInAtWorks(page, "Nina Soto");
    await expect(page.getByText("Sensitive changes will ask who you are.")).toBeVisible();
    const password = "a few words of Nina's own";
    await page.getByRole("button", { name: "Set a password" }).click();
    await page.getByLabel("New password").fill(password);
    await page.getByRole("button", { name: "Set password" }).click();
    await confirmAtWorks(page);
    // Not by what it says: on two servers the page now and then takes itself for signed out for a moment, and begins anew.
    await expect(page.getByRole("button", { name: "Change password" })).toBeVisible();
    await page.goto("/account");

    await page.getByRole("button", { name: "Disconnect The Works" }).click();
    await page.getByRole("button", { name: "Disconnect", exact: true }).click();
    await expect(page.getByText("The Works is disconnected.")).toBeVisible();
    await page.getByRole("button", { name: "Connect The Works" }).click();
    await expect(page.getByRole("button", { name: "Disconnect The Works" })).toBeVisible();

    await signOut(page);
    await signInByForm(page, { username: "nina", password });
    await expect(page.getByRole("button", menuOfNina)).toBeVisible();
  },
);

/** In the window that opens from the dialog. */
async function confirmAtWorks(page: Page): Promise<void> {
  const opened = page.context().waitForEvent("page");
  await page.getByRole("dialog").getByRole("button", { name: "Confirm with The Works" }).click();
  const window = await opened;
  const closed = window.waitForEvent("close", { timeout: 15_000 });
  await chooseAtWorks(window, "Nina Soto");
  await closed;
}
