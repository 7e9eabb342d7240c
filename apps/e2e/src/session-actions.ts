import type { Page } from "@playwright/test";

import type { Account } from "@app/browser";

/** Signs in through the form of the page that is open. */
export async function signInByForm(page: Page, { username, password }: Account): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs out through the user's menu. */
export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /Account menu/ }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
}
