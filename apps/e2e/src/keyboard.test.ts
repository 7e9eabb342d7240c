import { expect, type Page } from "@playwright/test";

import { test as base } from "@app/browser";

const test = base.extend({
  server: async ({ newServer }, use) => use(await newServer({ SESSION_FRESH_SECONDS: "1" })),
});

const newPassword = "battery staple of ann";
const newAddress = "ann@example.test";

test("an address is given with the keyboard alone, past the question who it is, which keeps the focus until it is answered", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const device = await newDevice(ann);
  // The first try is refused, so that the question is asked.
  device.problems.allow(/403/);
  const page = await device.openWindow("/account");
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await page.waitForTimeout(1000);

  await tabTo(page, "Add an address");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("New address")).toBeFocused();
  await page.keyboard.type(newAddress);
  await page.keyboard.press("Enter");

  const dialog = page.getByRole("dialog", { name: "Is it you?" });
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  for (let presses = 0; presses < 8; presses += 1) {
    await page.keyboard.press("Tab");
    expect(await isOutsideOf(page, "dialog")).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  // The form says what is missing; what was typed is still there.
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("New address")).toBeFocused();
  await expect(page.getByLabel("New address")).toHaveValue(newAddress);

  await page.keyboard.press("Enter");
  await expect(dialog.getByLabel("Password", { exact: true })).toBeFocused();
  await page.keyboard.type(ann.password);
  await page.keyboard.press("Enter");
  await expect(page.getByText(`the link that was mailed to ${newAddress}.`)).toBeVisible();
  await expect(page.getByRole("button", { name: "Add an address" })).toBeFocused();
});

test("a password is changed with the keyboard alone, and the present one is asked for once", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const page = await (await newDevice(ann)).openWindow("/account");
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  // Longer than a sign-in is fresh.
  await page.waitForTimeout(1000);

  await tabTo(page, "Change password");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Present password", { exact: true })).toBeFocused();
  await page.keyboard.type(ann.password);
  await tabTo(page, "New password");
  await page.keyboard.type(newPassword);
  await page.keyboard.press("Enter");

  await expect(page.getByText("Your password is changed.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Change password" })).toBeFocused();
});

test("a new password is asked for, and an account deleted, with the keyboard alone", async ({
  newAccount,
  newDevice,
}) => {
  const stranger = await (await newDevice()).openWindow("/login");
  await expect(stranger.getByLabel("Username")).toBeFocused();
  await tabTo(stranger, "Forgot your password?");
  await stranger.keyboard.press("Enter");
  await expect(stranger.getByLabel("Email")).toBeFocused();
  await stranger.keyboard.type("nobody@example.test");
  await stranger.keyboard.press("Enter");
  await expect(stranger.getByRole("heading", { name: "Check your email" })).toBeVisible();

  const ann = await newAccount("ann");
  const device = await newDevice(ann);
  device.problems.allow(/403/);
  const page = await device.openWindow("/account");
  await expect(page.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
  await tabTo(page, "Delete account");
  await page.keyboard.press("Enter");
  await expect(page.getByLabel(/^Type .* to confirm/)).toBeFocused();
  await page.keyboard.type(ann.username);
  await tabTo(page, "Password");
  await page.keyboard.type(ann.password);
  await page.keyboard.press("Enter");

  // The password is the confirmation: nothing asks for it again.
  await expect(page.getByRole("heading", { name: /^(Sign in|You are signed out)$/ })).toBeVisible();
});

/** Presses Tab until what has this name has the focus, which is visible on the way. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    const focused = page.locator(":focus");
    if ((await focused.count()) === 1 && (await nameOf(page)) === name) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`"${name}" is not reached by Tab.`);
}

/** What the focused element is called. */
function nameOf(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    const label = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : null;
    return (element?.getAttribute("aria-label") ?? label ?? element?.textContent ?? "").trim();
  });
}

function isOutsideOf(page: Page, selector: string): Promise<boolean> {
  return page.evaluate((inside) => {
    const element = document.activeElement;
    // The browser's own bars are part of the round: then the document's body has the focus.
    return element !== document.body && element?.closest(inside) === null;
  }, selector);
}
