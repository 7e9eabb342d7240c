import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { signInByForm } from "./session-actions.ts";

test("a newcomer registers, is signed in, and signs in again later", async ({ newAccount, newDevice, server }) => {
  // Only to have a name nobody else has.
  const { username } = await newAccount("eve");
  const newcomer = { username: `${username}-2`, password: "a few random words" };
  const device = await newDevice();
  const page = await device.openWindow("/");
  await page.getByRole("link", { name: "Create one" }).click();

  await page.getByLabel("Username").fill(newcomer.username);
  await page.getByLabel("Password", { exact: true }).fill(newcomer.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL(`${server.url}/notes`);

  const later = await (await newDevice()).openWindow("/login");
  await signInByForm(later, newcomer);
  await expect(later.getByRole("button", { name: `Account menu of ${newcomer.username}` })).toBeVisible();
});

test("LOG-02: a wrong password and an unknown name get the same answer and no cookie, and the form keeps the name", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const device = await newDevice();
  device.problems.allow(/401/);
  const page = await device.openWindow("/login");

  for (const username of [ann.username, `${ann.username}-unknown`]) {
    await signInByForm(page, { username, password: "not the password" });
    await expect(page.getByRole("alert")).toHaveText("That name and password do not match.");
    await expect(page.getByLabel("Username")).toHaveValue(username);
  }
  expect(await device.context.cookies()).toEqual([]);
});

test("REG: what is wrong with a field is said at the field, which has the focus", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const device = await newDevice();
  device.problems.allow(/400|409|422/);
  const page = await device.openWindow("/register");
  await page.getByLabel("Username").fill(ann.username.toUpperCase());
  await page.getByLabel("Password", { exact: true }).fill("a few random words");

  await page.getByRole("button", { name: "Create account" }).click();

  await expect(page.getByLabel("Username")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Username")).toBeFocused();
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("a few random words");
});

test("a window that showed somebody else says who is signed in since another window did that", async ({
  newAccount,
  newDevice,
}) => {
  const [ann, bert] = [await newAccount("ann"), await newAccount("bert")];
  const device = await newDevice(ann);
  const [here, there] = [await device.openWindow("/notes"), await device.openWindow("/account")];
  await expect(there.getByRole("heading", { name: "Account", exact: true })).toBeVisible();

  await here.getByRole("button", { name: `Account menu of ${ann.username}` }).click();
  await here.getByRole("button", { name: "Sign out" }).click();
  await here.goto("/login");
  await signInByForm(here, bert);

  const news = `You are now signed in as ${bert.username}.`;
  await expect(there.getByText(news)).toBeVisible();
  await expect(here.getByRole("button", { name: `Account menu of ${bert.username}` })).toBeVisible();
  await expect(here.getByText(news)).toHaveCount(0);
});

test("COO-04: no script of the page sees the session's cookie", async ({ newAccount, newDevice, server }) => {
  const device = await newDevice();
  const page = await device.openWindow("/login");
  await signInByForm(page, await newAccount("ann"));
  await expect(page.getByText("No notes yet")).toBeVisible();

  const cookies = await device.context.cookies(server.url);
  expect(cookies).toEqual([expect.objectContaining({ httpOnly: true, sameSite: "Lax", path: "/", expires: -1 })]);
  expect(await page.evaluate(() => document.cookie)).toBe("");
  const seen = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage, window.name]));
  expect(seen).not.toContain(cookies[0]?.value);
});

test("REM-01: the box keeps the cookie beyond the browser's end", async ({ newAccount, newDevice, server }) => {
  const device = await newDevice();
  const page = await device.openWindow("/login");
  await page.getByLabel("Keep me signed in").check();
  await signInByForm(page, await newAccount("ann"));
  await expect(page.getByText("No notes yet")).toBeVisible();

  const [cookie] = await device.context.cookies(server.url);
  const days = ((cookie?.expires ?? 0) - Date.now() / 1000) / 86_400;
  expect(days).toBeGreaterThan(1);
  expect(days).toBeLessThanOrEqual(400);
});

test("REM-02: with the box the visitor is still signed in after the browser was closed, without it not", async ({
  newAccount,
  newDevice,
  server,
}) => {
  const ann = await newAccount("ann");
  for (const [isKept, heading] of [
    [true, "Notes"],
    [false, "Sign in"],
  ] as const) {
    const device = await newDevice();
    const page = await device.openWindow("/login");
    await page.getByLabel("Keep me signed in").setChecked(isKept);
    await signInByForm(page, ann);
    await expect(page.getByText("No notes yet")).toBeVisible();

    // What a browser writes to its disk when it is closed: cookies with an end.
    const written = (await device.context.cookies(server.url)).filter(({ expires }) => expires !== -1);
    await device.context.close();
    const restarted = await newDevice();
    await restarted.context.addCookies(written);

    const again = await restarted.openWindow("/notes");
    await expect(again.getByRole("heading", { name: heading })).toBeVisible();
  }
});
