import type { Locator, Page } from "@playwright/test";

/** Writes a note through the page, and does not wait for the server. */
export async function sendNote(page: Page, title: string, body = ""): Promise<void> {
  await page.getByRole("button", { name: "New note" }).click();
  const editor = page.getByRole("form", { name: "New note" });
  await editor.getByLabel("Title").fill(title);
  if (body) await editor.getByLabel("Note", { exact: true }).fill(body);
  await editor.getByRole("button", { name: "Save" }).click();
}

/** The same, and waits until the server has it. */
export async function writeNote(page: Page, title: string, body = ""): Promise<void> {
  await sendNote(page, title, body);
  await noteCalled(page, title)
    .getByRole("button", { name: `Edit “${title}”` })
    .waitFor();
}

/** Gives a note another title through the page. */
export async function renameNote(page: Page, title: string, newTitle: string): Promise<void> {
  await page.getByRole("button", { name: `Edit “${title}”` }).click();
  const editor = page.getByRole("form", { name: `Editing “${title}”` });
  await editor.getByLabel("Title").fill(newTitle);
  await editor.getByRole("button", { name: "Save" }).click();
}

/** Deletes a note through the page, with the question it asks. */
export async function removeNote(page: Page, title: string): Promise<void> {
  await page.getByRole("button", { name: `Delete “${title}”` }).click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
}

/** The line of a note in the list. */
export function noteCalled(page: Page, title: string): Locator {
  return page.getByRole("list", { name: "Notes" }).getByRole("listitem").filter({ hasText: title });
}
