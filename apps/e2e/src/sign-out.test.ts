import { expect, type Page } from "@playwright/test";

import { signIn, test } from "@app/browser";

import { noteCalled, writeNote } from "./note-actions.ts";
import { signOut } from "./session-actions.ts";
import { watchSockets } from "./socket-log.ts";

const withinASecond = { timeout: 1000 };

test(
  "§12: a sign-out other tabs do not see: signing out in one window signs out the others within a second",
  {
    tag: "@database",
  },
  async ({ newAccount, newDevice }) => {
    const laptop = await newDevice(await newAccount("ann"));
    const [one, other, third] = [
      await laptop.openWindow(),
      await laptop.openWindow(),
      await laptop.openWindow("/account"),
    ];
    for (const page of [one, other, third])
      await expect(page.getByRole("button", { name: /Account menu/ })).toBeVisible();

    await signOut(one);

    for (const page of [one, other, third]) {
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    }
  },
);

test("signing out leaves the same user's other device alone", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const [laptop, phone] = [await (await newDevice(ann)).openWindow(), await (await newDevice(ann)).openWindow()];
  await writeNote(phone, "Still here");

  await signOut(laptop);
  await expect(laptop.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await writeNote(phone, "And here");
  await expect(noteCalled(phone, "And here")).toBeVisible();
});

test(
  "OUT-07: after signing out nothing of the user is left in the page or in storage, and Back shows the sign-in page",
  {
    tag: "@database",
  },
  async ({ newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const device = await newDevice(ann);
    const page = await device.openWindow("/account");
    await page.getByRole("link", { name: "Notes" }).click();
    await writeNote(page, "A secret of Ann");

    await signOut(page);
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expectNoTraceOf(page, [ann.username, "A secret of Ann"]);

    await page.goBack();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await expectNoTraceOf(page, [ann.username, "A secret of Ann"]);
    expect(await device.context.cookies()).toEqual([]);
  },
);

test("LOG-11: when the browser's session becomes another user's, nothing of the first is left on the screen", async ({
  newAccount,
  newDevice,
  server,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const device = await newDevice(ann);
  const page = await device.context.newPage();
  const sockets = watchSockets(page);
  await page.goto("/notes");
  await writeNote(page, "A secret of Ann");

  const framesBefore = sockets.received.length;
  await signIn(device.context, server, bob);

  await expect(page.getByRole("button", { name: `Account menu of ${bob.username}` })).toBeVisible();
  await expect(page.getByText("No notes yet")).toBeVisible();
  await expectNoTraceOf(page, [ann.username, "A secret of Ann"]);
  expect(sockets.received.slice(framesBefore).join("\n")).not.toContain("A secret of Ann");
});

/** Looks where a page can keep things: its document, both storages, and every IndexedDB. */
async function expectNoTraceOf(page: Page, words: readonly string[]): Promise<void> {
  const kept = await page.evaluate(async () => ({
    document: document.documentElement.outerHTML,
    localStorage: JSON.stringify(localStorage),
    sessionStorage: JSON.stringify(sessionStorage),
    databases: (await indexedDB.databases()).length,
    caches: (await caches.keys()).length,
  }));

  for (const word of words) expect(JSON.stringify(kept)).not.toContain(word);
  expect(kept).toMatchObject({ databases: 0, caches: 0 });
}
