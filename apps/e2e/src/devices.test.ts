import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { writeNote } from "./note-actions.ts";
import { signInByForm } from "./session-actions.ts";
import { watchSockets } from "./socket-log.ts";

const withinASecond = { timeout: 1000 };

test(
  "ending another device from the list puts it on the sign-in page, with its socket closed",
  {
    tag: "@database",
  },
  async ({ newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const [laptop, phone] = [await newDevice(ann), await newDevice(ann)];
    const onPhone = await phone.context.newPage();
    const sockets = watchSockets(onPhone);
    await onPhone.goto("/notes");
    await writeNote(onPhone, "Kept");
    const openedBefore = sockets.opened;
    const onLaptop = await laptop.openWindow("/account");

    await onLaptop
      .getByRole("button", { name: /^End session on/ })
      .first()
      .click();
    await onLaptop.getByRole("button", { name: "End session", exact: true }).click();

    await expect(onPhone.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(onPhone.getByText("You were signed out from another device.")).toBeVisible();
    await expect(onPhone.getByText("Kept")).toHaveCount(0);
    // The signed-in socket is gone; what is open now is a stranger's.
    await expect.poll(() => sockets.opened - openedBefore).toBe(1);
    expect(sockets.open).toBe(1);
    await expect(onLaptop.getByRole("heading", { name: "Where you are signed in" })).toBeVisible();
  },
);

test("ending all other devices leaves this one signed in, and a second user untouched", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const bobs = await (await newDevice(await newAccount("bob"))).openWindow();
  const [phone, tablet] = [await (await newDevice(ann)).openWindow(), await (await newDevice(ann)).openWindow()];
  const laptop = await (await newDevice(ann)).openWindow("/account");

  await laptop.getByRole("button", { name: "End all others" }).click();
  await laptop.getByRole("button", { name: "End them" }).click();

  for (const page of [phone, tablet]) {
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
  }
  await expect(laptop.getByText("You are signed in nowhere else.")).toBeVisible();
  await writeNote(bobs, "Untouched");
});

test("an ended device can sign in again and is back on the page it was on", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const phone = await (await newDevice(ann)).openWindow("/account");
  const laptop = await (await newDevice(ann)).openWindow("/account");
  await laptop.getByRole("button", { name: "End all others" }).click();
  await laptop.getByRole("button", { name: "End them" }).click();
  await expect(phone).toHaveURL(/\/login\?next=/);

  await signInByForm(phone, ann);

  await expect(phone).toHaveURL(/\/account$/);
  await expect(phone.getByRole("heading", { name: "Account", exact: true })).toBeVisible();
});
