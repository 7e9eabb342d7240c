import { expect, type Page } from "@playwright/test";

import { expectAccessible, test } from "@app/browser";

import { writeNote } from "./note-actions.ts";

// axe takes a second for each of many pages.
test.beforeEach(() => test.setTimeout(120_000));

/** Shaped like the token of a mailed link, and never one. */
const wrongToken = `#token=${"x".repeat(43)}`;

/** What a stranger can open, and what it is called. */
const pagesOfStrangers = [
  ["/login", "Sign in"],
  ["/register", "Create your account"],
  ["/password-reset", "Forgot your password?"],
  [`/password-reset/confirm${wrongToken}`, "Choose a new password"],
  ["/password-reset/confirm", "This link does not work any more"],
  [`/verify-email${wrongToken}`, "This link does not work any more"],
  ["/verify-email", "Confirm your email address"],
  [`/account/email/confirm${wrongToken}`, "This link does not work any more"],
  ["/account/email/confirm", "This link does not work any more"],
  [`/account/email/revert${wrongToken}`, "This link does not work any more"],
  ["/logged-out", "You are signed out"],
  ["/forbidden", "You do not have access to this page"],
  ["/nowhere", "This page does not exist"],
] as const;

/** The forms on the account page: what opens each, and what is in it. */
const formsOfAccount = [
  ["Edit", /^First name/],
  ["Add an address", /^New address/],
  ["Change password", /^Present password/],
  ["Delete account", /^Type .* to confirm/],
] as const;

test("axe finds nothing on the pages of a stranger", async ({ newDevice }) => {
  const device = await newDevice();
  device.problems.allow(/40[01]/);
  const page = await device.openWindow("/login");

  await see(page, "Sign in");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expectAccessible(page);
  await page.getByLabel("Username").fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("wrong password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expectAccessible(page);

  for (const [path, title] of pagesOfStrangers) {
    await openAnew(page, path);
    await see(page, title);
  }
});

test("axe finds nothing on what follows a form or a link", async ({ newDevice }) => {
  const device = await newDevice();
  device.problems.allow(/40[013]/);
  const page = await device.openWindow("/password-reset");
  await page.getByLabel("Email").fill("nobody@example.test");
  await page.getByRole("button", { name: "Send the link" }).click();
  await see(page, "Check your email");

  await openAnew(page, `/password-reset/confirm${wrongToken}`);
  await page.getByLabel("New password", { exact: true }).fill("a few random words");
  await page.getByRole("button", { name: "Set the password" }).click();
  await see(page, "This link does not work any more");
});

test("axe finds nothing on the pages of a user", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const page = await (await newDevice(ann)).openWindow("/notes");
  await (await newDevice(ann)).openWindow("/notes");

  await expect(page.getByText("No notes yet")).toBeVisible();
  await expectAccessible(page);
  await writeNote(page, "A note", "with some words");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Edit “A note”" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete “A note”" }).click();
  await expectAccessible(page);
  await page.getByRole("button", { name: /Account menu/ }).click();
  await expectAccessible(page);

  await page.goto("/account");
  await expect(page.getByRole("button", { name: "End all others" })).toBeVisible();
  await expectAccessible(page);
  for (const [opens, field] of formsOfAccount) {
    await page.getByRole("button", { name: opens, exact: true }).click();
    await expect(page.getByRole("textbox", { name: field })).toBeVisible();
  }
  await expectAccessible(page);
});

test("axe finds nothing where it is read from right to left", async ({ newAccount, newDevice }) => {
  const visitor = await newDevice(null, { locale: "ar" });
  visitor.problems.allow(/400/);
  const stranger = await visitor.openWindow("/login");
  for (const [path] of pagesOfStrangers) {
    await openAnew(stranger, path);
    await expect(stranger.locator("html")).toHaveAttribute("dir", "rtl");
    await expect(stranger.getByRole("heading").first()).toBeVisible();
    await expectAccessible(stranger);
  }
  const page = await (await newDevice(await newAccount("ann"), { locale: "ar" })).openWindow("/account");
  await expect(page.locator("html")).toHaveAttribute("lang", "ar");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expectAccessible(page);
});

test("no page scrolls sideways at 360 pixels, and all of it can be reached", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const phone = await newDevice(ann, { viewport: { width: 360, height: 740 } });
  const page = await phone.openWindow("/notes");
  await writeNote(page, "A title that is rather long and has averyveryverylongwordinitthatcannotbebroken", "text");
  await expectNoSidewaysScroll(page);
  await page.getByRole("button", { name: /^Edit “A title/ }).click();
  await expectNoSidewaysScroll(page);
  await page.goto("/account");
  await expect(page.getByText("This device")).toBeVisible();
  await expectNoSidewaysScroll(page);
  for (const [opens, field] of formsOfAccount) {
    await page.getByRole("button", { name: opens, exact: true }).click();
    await expect(page.getByRole("textbox", { name: field })).toBeVisible();
  }
  await expectNoSidewaysScroll(page);

  const stranger = await newDevice(null, { viewport: { width: 360, height: 740 } });
  stranger.problems.allow(/400/);
  for (const [path, title] of pagesOfStrangers) {
    const open = await stranger.openWindow(path);
    await expect(open.getByRole("heading", { name: title })).toBeVisible();
    await expectNoSidewaysScroll(open);
  }
});

test("a visitor signs in, writes a note and signs out with the keyboard alone", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const page = await (await newDevice()).openWindow("/login");
  await expect(page.getByLabel("Username")).toBeFocused();

  await page.keyboard.type(ann.username);
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(ann.password);
  await page.keyboard.press("Enter");

  await expect(page.getByRole("heading", { name: "Notes" })).toBeFocused();
  await tabTo(page, "New note");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Title")).toBeFocused();
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Edit “By keyboard”" })).toBeVisible();

  await page.getByRole("heading", { name: "Notes" }).focus();
  await tabTo(page, `Account menu of ${ann.username}`, "Shift+Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, "Sign out");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
});

/** Loads the page, also where only what is behind `#` differs. */
async function openAnew(page: Page, path: string): Promise<void> {
  await page.goto("about:blank");
  await page.goto(path);
}

async function see(page: Page, title: string): Promise<void> {
  await expect(page.getByRole("heading", { name: title })).toBeVisible();
  await expectAccessible(page);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll, page.url()).toBeLessThanOrEqual(client);
}

/** Presses Tab until the button with this name has the focus, which must be visible there and on the way. */
async function tabTo(page: Page, name: string, key = "Tab"): Promise<void> {
  const target = page.getByRole("button", { name, exact: true });
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press(key);
    const focused = page.locator(":focus");
    await expect(focused).toHaveCSS("outline-style", /solid|auto/);
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
  }
  throw new Error(`"${name}" is not reached by ${key}.`);
}
