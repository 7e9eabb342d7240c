import { expect, type Page } from "@playwright/test";

import { expectAccessible, test as base } from "@app/browser";
import { type Mailbox, openMailbox } from "@app/services/mailbox";

import { linkIn, mailTo, registerByForm } from "./mail-actions.ts";
import { writeNote } from "./note-actions.ts";
import { signInByForm } from "./session-actions.ts";
import { watchSockets } from "./socket-log.ts";

/** A site that mails, and that asks for the password again as soon as somebody has been signed in for two seconds. */
const test = base.extend<{ readonly mailbox: Mailbox }>({
  // Playwright reads from the pattern which fixtures this one needs: none.
  // oxlint-disable-next-line no-empty-pattern
  mailbox: async ({}, use) => {
    await using mailbox = await openMailbox();
    await use(mailbox);
  },
  server: async ({ newServer, mailbox }, use) => {
    const env = { SMTP_URL: mailbox.url, EMAIL_VERIFICATION: "required", SESSION_FRESH_SECONDS: "2" };
    await use(await newServer(env));
  },
});

const withinASecond = { timeout: 1000 };
const ann = { username: "ann", email: "ann@example.test", password: "correct horse of ann" };
const bob = { username: "bob", email: "bob@example.test", password: "correct horse of bob" };
const newPassword = "battery staple of ann";

test(
  "PWD-10: a newcomer confirms the address, signs in, and changes the password, which is asked for once: the other browser is out at once, and a mail tells",
  { tag: "@database" },
  async ({ mailbox, newDevice, server }) => {
    const [laptop, phone] = [await newDevice(), await newDevice()];
    const onLaptop = await laptop.context.newPage();
    await registerByForm(onLaptop, mailbox, ann);
    const bobs = await (await newDevice()).context.newPage();
    await registerByForm(bobs, mailbox, bob);
    await signIn(bobs, bob);

    await signIn(onLaptop, ann);
    const onPhone = await phone.context.newPage();
    const sockets = watchSockets(onPhone);
    await signIn(onPhone, ann);
    await writeNote(onPhone, "A secret of Ann");
    await onLaptop.goto("/account");
    await onLaptop.getByRole("button", { name: "Change password" }).click();
    await onLaptop.getByLabel("Present password", { exact: true }).fill("not her password");
    await onLaptop.getByLabel("New password", { exact: true }).fill(newPassword);
    // Longer than a sign-in is fresh.
    await onLaptop.waitForTimeout(2000);
    await onLaptop.getByRole("button", { name: "Change password" }).click();
    await expect(onLaptop.getByText("That is not your password.")).toBeVisible();
    laptop.problems.allow(/403|401|400/);
    const framesBefore = sockets.received.length;
    await onLaptop.getByLabel("Present password", { exact: true }).fill(ann.password);
    await onLaptop.getByRole("button", { name: "Change password" }).click();

    // The present password is the confirmation: nothing asks for it again.
    await expect(onLaptop.getByText("Your password is changed.")).toBeVisible();
    await expect(onPhone.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(onPhone.getByText("Your password was changed. Sign in with the new one.")).toBeVisible();
    await expect(onPhone.getByText("A secret of Ann")).toHaveCount(0);
    expect(sockets.received.slice(framesBefore).join("\n")).not.toContain("A secret of Ann");

    // This device has a new token and goes on; another user has noticed nothing.
    await onLaptop.goto("/notes");
    await expect(onLaptop.getByText("A secret of Ann")).toBeVisible();
    await writeNote(bobs, "Untouched");
    phone.problems.allow(/401/);
    await signInByForm(onPhone, ann);
    await expect(onPhone.getByRole("alert")).toContainText("do not match");
    await signInByForm(onPhone, { ...ann, password: newPassword });
    await expect(onPhone.getByText("A secret of Ann")).toBeVisible();
    const notice = await mailTo(mailbox, ann.email, /was changed/);
    for (const password of [ann.password, newPassword]) expect(notice.raw).not.toContain(password);
    // Its link opens the page that asks for an address, and nothing else.
    expect(linkIn(notice)).toBe(`${server.url}/password-reset`);
  },
);

test(
  "RST-13: a forgotten password is replaced by the mailed link, which leaves the address bar, and all devices are out",
  { tag: "@database" },
  async ({ mailbox, newDevice, server }) => {
    const [laptop, phone] = [await newDevice(), await newDevice()];
    const onPhone = await phone.context.newPage();
    await registerByForm(onPhone, mailbox, ann);
    await signIn(onPhone, ann);
    await writeNote(onPhone, "A secret of Ann");

    const page = await laptop.openWindow("/login");
    await page.getByRole("link", { name: "Forgot your password?" }).click();
    await page.getByLabel("Email").fill(" ANN@example.test ");
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
    const link = linkIn(await mailTo(mailbox, ann.email, /new password/));
    expect(link.startsWith(`${server.url}/`)).toBe(true);
    const token = new URL(link).hash.slice(1) || new URL(link).search;

    const elsewhere: string[] = [];
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== server.url) elsewhere.push(request.url());
      expect(request.headers()["referer"] ?? "").not.toContain(token);
    });
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
    expect(page.url()).not.toContain(token);
    await expect(page.locator('meta[name="referrer"]')).toHaveAttribute("content", "no-referrer");
    await page.getByLabel("New password", { exact: true }).fill(newPassword);
    await page.getByRole("button", { name: "Set the password" }).click();

    await expect(page.getByRole("heading", { name: "Your password is changed" })).toBeVisible();
    expect(elsewhere).toEqual([]);
    await expect(onPhone.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(onPhone.getByText("A secret of Ann")).toHaveCount(0);
    // Nobody is signed in by the link, and it works no second time.
    await page.goto("/notes");
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    laptop.problems.allow(/400|403|404/);
    await page.goto(link);
    await page.getByLabel("New password", { exact: true }).fill("yet another password");
    await page.getByRole("button", { name: "Set the password" }).click();
    await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
    await signIn(page, { ...ann, password: newPassword });
  },
);

async function signIn(page: Page, account: typeof ann): Promise<void> {
  await page.goto("/login");
  await signInByForm(page, account);
  await expect(page.getByRole("heading", { name: "Notes" })).toBeVisible();
}

test("a reload keeps that a mail is on its way; a change of address waits to be confirmed, and is withdrawn", async ({
  mailbox,
  newDevice,
}) => {
  const carla = { username: "carla", email: "carla@example.test", password: "correct horse of carla" };
  const device = await newDevice();
  const page = await device.context.newPage();
  await page.goto("/register");
  await page.getByLabel("Username").fill(carla.username);
  await page.getByLabel("Email").fill(carla.email);
  await page.getByLabel("Password", { exact: true }).fill(carla.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("heading", { name: "Check your email" })).toBeVisible();
  await page.reload();
  await expect(page.getByText(carla.email)).toBeVisible();
  expect(page.url()).not.toContain("carla");
  await page.getByRole("button", { name: "Use another address" }).click();
  await expect(page.getByLabel("Username")).toBeVisible();

  await page.goto(linkIn(await mailTo(mailbox, carla.email, /^Confirm your address/)));
  await expect(page.getByText(`It is for the account “${carla.username}”.`)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Confirm" }).click();
  await expect(page.getByRole("heading", { name: "Your email address is confirmed" })).toBeVisible();
  await signIn(page, carla);
  await page.goto("/account");
  await page.getByRole("button", { name: "Change address" }).click();
  await page.getByLabel("New address").fill("other@example.test");
  await page.getByRole("button", { name: "Send the link" }).click();
  const dialog = page.getByRole("dialog", { name: "Is it you?" });
  const waits = page.getByText("Waits for you to open the link that was mailed to other@example.test.");
  await expect(dialog.or(waits)).toBeVisible();
  // Signed in more than two seconds ago or not: either is right.
  if (await dialog.isVisible()) {
    await dialog.getByLabel("Password", { exact: true }).fill(carla.password);
    await dialog.getByRole("button", { name: "Confirm" }).click();
  }
  device.problems.allow(/401|403/);
  const link = linkIn(await mailTo(mailbox, "other@example.test", /./));
  await page.getByRole("button", { name: "Withdraw" }).click();
  await expect(page.getByText(/^The change is withdrawn/)).toBeVisible();
  await expect(waits).toHaveCount(0);
  await page.goto(link);
  await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  device.problems.allow(/400|404|410/);
});
