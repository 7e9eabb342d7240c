import { expect } from "@playwright/test";

import { chooseAtWorks, signInAtWorks, test } from "./provider-actions.ts";
import { runSql } from "./run-sql.ts";
import { signInByForm, signOut } from "./session-actions.ts";
import { watchSockets } from "./socket-log.ts";

const withinASecond = { timeout: 1000 };
const menuOfNina = { name: "Account menu of nina" };

test(
  "OID-01: a newcomer comes back from the provider to where they wanted to be, and the browser's other window follows",
  { tag: "@database" },
  async ({ newDevice, server }) => {
    const device = await newDevice();
    const other = await device.openWindow("/login");
    const page = await device.openWindow("/account?from=mail");
    await page.getByLabel("Keep me signed in").check();
    const seen: string[] = [];
    page.on("framenavigated", (frame) => seen.push(new URL(frame.url()).pathname));

    await signInAtWorks(page, "Nina Soto");

    await expect(page).toHaveURL(`${server.url}/account?from=mail`);
    await expect(page.getByRole("button", menuOfNina)).toBeVisible();
    await expect(page.getByText("Signed in with The Works")).toBeVisible();
    await expect(other).toHaveURL(`${server.url}/notes`);
    await expect(other.getByRole("button", menuOfNina)).toBeVisible();
    // Between the provider and the page there is one other, and never the login page.
    const after = seen.slice(seen.lastIndexOf("/auth/signed-in"));
    expect(after).toEqual(["/auth/signed-in", "/account"]);
    const session = (await device.context.cookies(server.url)).find(({ name }) => name === "session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    expect(session?.expires).toBeGreaterThan(Date.now() / 1000 + 86_400);
  },
);

test("OID-07: the browser's back button after a sign-in, and the provider's answer once more, lead into no loop and to no form", async ({
  newDevice,
  server,
  works,
}) => {
  const device = await newDevice();
  // The test provider's page says that it is over.
  device.problems.allow(new RegExp(`400 .*${works.provider.issuer}`));
  const page = await device.openWindow("/login");
  const answers: string[] = [];
  page.on("request", (request) => request.url().includes("/callback?") && answers.push(request.url()));
  await signInAtWorks(page, "Nina Soto");
  await expect(page).toHaveURL(`${server.url}/notes`);
  const shown: string[] = [];
  page.on("framenavigated", (frame) => shown.push(frame.url()));

  await page.goBack();
  expect(new URL(page.url()).origin).toBe(works.provider.issuer);
  await page.goBack();
  await expect(page.getByRole("button", menuOfNina)).toBeVisible();
  await expect(page).toHaveURL(`${server.url}/notes`);
  await expect(page.getByLabel("Password", { exact: true })).toHaveCount(0);

  await page.goto(answers[0] ?? "");
  await expect(page).toHaveURL(`${server.url}/notes`);
  await expect(page.getByRole("button", menuOfNina)).toBeVisible();
  expect(answers).toHaveLength(2);
  const paths = shown.map((url) => new URL(url).pathname).filter((path, index, all) => path !== all[index - 1]);
  expect(paths.slice(1)).toEqual(["/login", "/", "/notes", "/auth/signed-in", "/", "/notes"]);
});

test("OID-23: who says no at the provider reads so here, calmly, with the way back", async ({ newDevice, server }) => {
  const device = await newDevice();
  const page = await device.openWindow("/login?next=/account");
  await page.getByRole("button", { name: "Continue with The Works" }).click();

  await page.getByRole("button", { name: "Cancel" }).click();

  await expect(page.getByRole("heading", { name: "It was cancelled" })).toBeVisible();
  await expect(page.getByText(/access_denied|denied/i)).toHaveCount(0);
  await page.getByRole("link", { name: "Back to sign in" }).click();
  await expect(page).toHaveURL(`${server.url}/login`);
  await expect(page.getByRole("button", { name: "Continue with The Works" })).toBeEnabled();
});

test("OID-23: what stands in the address of the error page is not shown, but for a code that is known and an id", async ({
  newDevice,
}) => {
  const device = await newDevice();
  const page = await device.openWindow(
    "/auth/error?code=access_denied&error_description=%3Cscript%3Ealert(1)%3C%2Fscript%3E&id=Call%200900",
  );

  await expect(page.getByRole("heading", { name: "It did not work" })).toBeVisible();
  expect(await page.locator("body").innerText()).not.toMatch(/script|alert|0900|access_denied/);
});

test("OID-35: visits begun in two windows end each for itself", async ({ newDevice, server }) => {
  const device = await newDevice();
  const [one, two] = [await device.openWindow("/login?next=/account"), await device.openWindow("/login")];
  for (const page of [one, two]) {
    await page.getByRole("button", { name: "Continue with The Works" }).click();
    await expect(page.getByRole("button", { name: "Nina Soto" })).toBeVisible();
  }

  await chooseAtWorks(two, "Nina Soto");
  await expect(two).toHaveURL(`${server.url}/notes`);
  await chooseAtWorks(one, "Nina Soto");

  await expect(one).toHaveURL(`${server.url}/account`);
  await expect(one.getByRole("button", menuOfNina)).toBeVisible();
  await expect(two.getByRole("button", menuOfNina)).toBeVisible();
});

test("OID-35: visits begun in two windows in the same moment come back both, in a browser that was never here", async ({
  newDevice,
  server,
}) => {
  const device = await newDevice();
  const one = await device.openWindow("/login?next=/account");
  const two = await device.openWindow("/login?next=/notes");
  const pages = [one, two];
  // Neither leaves before the other is asked for: so neither has a cookie of the other's.
  const both = Promise.withResolvers<void>();
  let asked = 0;
  await device.context.route("**/trpc/auth.oidc.start*", async (route) => {
    asked += 1;
    if (asked === pages.length) both.resolve();
    await both.promise;
    expect(await route.request().headerValue("cookie")).toBeNull();
    await route.continue();
  });
  await Promise.all(pages.map((page) => page.getByRole("button", { name: "Continue with The Works" }).click()));
  for (const page of pages) await expect(page.getByRole("button", { name: "Nina Soto" })).toBeVisible();

  await chooseAtWorks(one, "Nina Soto");
  await expect(one).toHaveURL(`${server.url}/account`);
  await chooseAtWorks(two, "Nina Soto");
  await expect(two).toHaveURL(`${server.url}/notes`);
  await expect(two.getByRole("button", menuOfNina)).toBeVisible();
});

test.describe("where an account needs an address", () => {
  test.use({
    setUp: { users: [{ name: "mia", fullName: "Mia Roy", email: null }], environment: { EMAIL_REQUIRED: "true" } },
  });

  test("OID-34: whom the provider gives none is asked for it, and then is where they wanted to be", async ({
    newDevice,
    server,
  }) => {
    const device = await newDevice();
    const page = await device.openWindow("/login?next=/account");
    await signInAtWorks(page, "Mia Roy");
    await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
    await expect(page.getByLabel("Username")).toHaveValue("mia");
    await page.reload();

    await page.getByLabel("Email").fill("mia@example.test");
    await page.getByRole("button", { name: "Create account" }).click();

    await expect(page).toHaveURL(`${server.url}/account`);
    await expect(page.getByText("mia@example.test").first()).toBeVisible();
    await expect(page.getByRole("button", { name: "Account menu of mia" })).toBeVisible();
  });
});

test.describe("with an account that has the same address", () => {
  test.use({ setUp: { users: [{ name: "ann", fullName: "Ann Lee", email: "ann@example.test" }] } });

  test("OID-25: its password is asked for once, a wrong one connects nothing, and then the provider leads to it", async ({
    newAccount,
    newDevice,
    server,
  }) => {
    const ann = await newAccount("ann");
    const address = `update users set email = 'ann@example.test', email_key = 'ann@example.test', email_verified_at = created_at where username = ?`;
    await runSql(server, address, ann.username);
    const device = await newDevice();
    device.problems.allow(/401/);
    const page = await device.openWindow("/login?next=/account");
    await signInAtWorks(page, "Ann Lee");
    await expect(page.getByRole("heading", { name: "Is this your account?" })).toBeVisible();
    await expect(page.getByText(ann.username)).toBeVisible();

    await page.getByLabel("Password", { exact: true }).fill("not the password");
    await page.getByRole("button", { name: "Connect and sign in" }).click();
    await expect(page.getByRole("alert")).toHaveText("That is not the password of this account.");
    await page.getByLabel("Password", { exact: true }).fill(ann.password);
    await page.getByRole("button", { name: "Connect and sign in" }).click();

    await expect(page).toHaveURL(`${server.url}/account`);
    await expect(page.getByRole("button", { name: `Account menu of ${ann.username}` })).toBeVisible();
    await expect(page.getByRole("button", { name: "Disconnect The Works" })).toBeVisible();
    // From now on it is not asked for.
    const later = await (await newDevice()).openWindow("/login");
    await signInAtWorks(later, "Ann Lee");
    await expect(later.getByRole("button", { name: `Account menu of ${ann.username}` })).toBeVisible();
  });
});

test("a provider is connected and disconnected from the account page, and the only way in is not", async ({
  newAccount,
  newDevice,
  server,
}) => {
  const ann = await newAccount("ann");
  const device = await newDevice(ann);
  const page = await device.openWindow("/account");
  await page.getByRole("button", { name: "Connect The Works" }).click();
  await chooseAtWorks(page, "Nina Soto");
  await expect(page).toHaveURL(`${server.url}/account`);
  await expect(page.getByRole("button", { name: `Account menu of ${ann.username}` })).toBeVisible();

  // Now both lead in.
  const byProvider = await (await newDevice()).openWindow("/login");
  await signInAtWorks(byProvider, "Nina Soto");
  await expect(byProvider.getByRole("button", { name: `Account menu of ${ann.username}` })).toBeVisible();
  await page.getByRole("button", { name: "Disconnect The Works" }).click();
  await page.getByRole("button", { name: "Disconnect", exact: true }).click();
  await expect(page.getByText("The Works is disconnected.")).toBeVisible();
  await expect(byProvider.getByRole("heading", { name: "Sign in" })).toBeVisible();

  // The same person is new now, with an account that has no other way in.
  await byProvider.getByRole("button", { name: "Continue with The Works" }).click();
  await expect(byProvider.getByRole("button", menuOfNina)).toBeVisible();
  await byProvider.goto("/account");
  await expect(byProvider.getByText(/^Your only way to sign in/)).toBeVisible();
  await expect(byProvider.getByRole("button", { name: /^Disconnect/ })).toHaveCount(0);
});

test.describe("who confirms who they are", () => {
  test.use({ setUp: { environment: { SESSION_FRESH_SECONDS: "3" } } });

  test("without a password does so at the provider, in a window that closes, and what was asked for is done", async ({
    newDevice,
  }) => {
    const device = await newDevice();
    device.problems.allow(/403 .*account\.delete/);
    const page = await device.openWindow("/login?next=/account");
    await signInAtWorks(page, "Nina Soto");
    await expect(page.getByText("Sensitive changes will ask who you are.")).toBeVisible();
    await page.getByRole("button", { name: "Delete account" }).click();
    await page.getByRole("textbox", { name: /^Type nina/ }).fill("nina");
    await page.getByRole("button", { name: "Delete this account" }).click();
    const dialog = page.getByRole("dialog", { name: "Is it you?" });
    await expect(dialog.getByRole("button", { name: "Confirm with The Works" })).toBeFocused();
    await expect(dialog.getByLabel("Password", { exact: true })).toHaveCount(0);

    const opened = device.context.waitForEvent("page");
    await dialog.getByRole("button", { name: "Confirm with The Works" }).click();
    const window = await opened;
    const closed = window.waitForEvent("close", { timeout: 15_000 });
    // The provider asks anew, though it knows this browser.
    await chooseAtWorks(window, "Nina Soto");

    await closed;
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    // Whichever is faster, the answer or the end of the socket.
    await expect(page.getByText(/^(This account has been deleted|You are signed out)\.$/)).toBeVisible();
    expect(device.context.pages()).toEqual([page]);
  });

  test("whose browser opens no window opens one by a link; what is written in the page stays, and a first password is set", async ({
    newDevice,
  }) => {
    const device = await newDevice();
    device.problems.allow(/403 .*account\.setPassword/);
    const page = await device.openWindow("/login?next=/account");
    await signInAtWorks(page, "Nina Soto");
    await expect(page.getByText("Sensitive changes will ask who you are.")).toBeVisible();
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    await page.getByLabel("First name").fill("Not saved yet");
    await page.getByRole("button", { name: "Set a password" }).click();
    const password = "a few words of Nina's own";
    await page.getByLabel("New password").fill(password);
    await page.evaluate(() => void (window.open = () => null));
    await page.getByRole("button", { name: "Set password" }).click();
    const dialog = page.getByRole("dialog", { name: "Is it you?" });
    await dialog.getByRole("button", { name: "Confirm with The Works" }).click();

    const link = dialog.getByRole("link", { name: "Open The Works" });
    await expect(link).toBeFocused();
    const opened = device.context.waitForEvent("page");
    await link.click();
    const tab = await opened;
    await chooseAtWorks(tab, "Nina Soto");

    await expect(page.getByText(/^Your password is set/)).toBeVisible();
    await expect(page.getByLabel("First name")).toHaveValue("Not saved yet");
    const other = await (await newDevice()).openWindow("/login");
    await signInByForm(other, { username: "nina", password });
    await expect(other.getByRole("button", menuOfNina)).toBeVisible();
  });
});

test(
  "whose session ends at the provider loses what is on the screen at once, and reads why",
  { tag: "@database" },
  async ({ newDevice, works }) => {
    const device = await newDevice();
    const page = await device.openWindow("/login");
    await signInAtWorks(page, "Nina Soto");
    await expect(page.getByText("No notes yet")).toBeVisible();
    const sockets = watchSockets(page);

    const answers = await works.provider.endSession("nina");

    expect(answers.map(({ status }) => status)).toEqual([200]);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(page.getByText("You were signed out by the provider you signed in with.")).toBeVisible();
    await expect(page.getByText("No notes yet")).toHaveCount(0);
    await expect.poll(() => sockets.open).toBe(1);
  },
);

test.describe("where signing out goes on at the provider", () => {
  test.use({ setUp: { environment: { WORKS_LOGOUT: "provider" } } });

  test("OID-32: one is signed out here first, then there, and comes back to a page that says so", async ({
    newAccount,
    newDevice,
    server,
  }) => {
    const device = await newDevice();
    const page = await device.openWindow("/login");
    await signInAtWorks(page, "Nina Soto");
    const other = await device.openWindow("/account");
    await expect(other.getByRole("button", menuOfNina)).toBeVisible();

    // Every title that is on the screen from now on, kept where the way over another site does not lose it.
    await page.evaluate(`(function look() {
      const title = document.querySelector("h1")?.textContent;
      if (title) sessionStorage.setItem("title " + title, "");
      requestAnimationFrame(look);
    })()`);

    await signOut(page);
    await expect(page.getByRole("heading", { name: "Sign out here too?" })).toBeVisible();
    await expect(other.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await page.getByRole("button", { name: "Sign out" }).click();
    await expect(page).toHaveURL(`${server.url}/logged-out`);
    await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
    expect(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("title ")))).toEqual([
      "title Notes",
    ]);

    // A session that a password began goes nowhere else.
    const ann = await newAccount("ann");
    await page.goto("/login");
    await signInByForm(page, ann);
    await signOut(page);
    await expect(page).toHaveURL(`${server.url}/login`);
  });
});
