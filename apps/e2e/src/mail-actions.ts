import { expect, type Page } from "@playwright/test";

import type { Account } from "@app/browser";
import type { Mailbox, ReceivedMail } from "@app/services/mailbox";

/** The newest mail to the address, once it has come. */
export async function mailTo(mailbox: Mailbox, email: string, subject: RegExp): Promise<ReceivedMail> {
  let found: ReceivedMail | undefined;
  await expect
    .poll(async () => {
      const mails = await mailbox.mails();
      found = mails.findLast((mail) => mail.to.includes(email) && subject.test(mail.subject));
      return found !== undefined;
    })
    .toBe(true);
  if (!found) throw new Error("It has come.");
  return found;
}

/** The address the mail asks its reader to open. */
export function linkIn({ text }: ReceivedMail): string {
  const [link] = /https?:\/\/\S+/.exec(text) ?? [];
  if (link === undefined) throw new Error(`There is no link in:\n${text}`);
  return link;
}

/** Makes an account through the form, and opens the link that is mailed for it. */
export async function registerByForm(
  page: Page,
  mailbox: Mailbox,
  { username, password, email }: Account & { readonly email: string },
): Promise<void> {
  await page.goto("/register");
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();

  await page.goto(linkIn(await mailTo(mailbox, email, /^Confirm your address/)));
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading", { name: "Your email address is confirmed" })).toBeVisible();
}
