import { expect } from "@playwright/test";

import { test as base } from "@app/browser";

import { noteCalled, removeNote, renameNote, writeNote } from "./note-actions.ts";

// These end the server, so each has one of its own.
const test = base.extend({ server: async ({ newServer }, use) => use(await newServer()) });

/** A page comes back with jitter, so that a thousand do not come at once. */
const comesBack = { timeout: 10_000 };

test(
  "§12: sign-in lost on reconnect: a server that is killed and started again finds its open pages back by themselves, with all that was saved, once",
  {
    tag: "@database",
  },
  async ({ server, newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const bob = await newAccount("bob");
    const devices = [await newDevice(ann), await newDevice(ann), await newDevice(bob)] as const;
    for (const { problems } of devices) problems.allow(lostConnection);
    const [laptop, phone, bobs] = await Promise.all(devices.map((device) => device.openWindow("/notes")));
    if (!laptop || !phone || !bobs) throw new Error("A window is missing.");
    await writeNote(laptop, "One");
    await writeNote(laptop, "Two");
    await renameNote(laptop, "Two", "Three");
    await expect(noteCalled(laptop, "Three").getByRole("button").first()).toBeVisible();
    await writeNote(laptop, "Removed");
    await removeNote(laptop, "Removed");
    await expect(noteCalled(phone, "Removed")).toHaveCount(0);
    await writeNote(bobs, "Bob's own");

    await server.kill();
    await expect(laptop.getByText("Reconnecting…")).toBeVisible();
    // What was read stays on the screen meanwhile.
    await expect(noteCalled(laptop, "One")).toBeVisible();
    await server.start();

    await expect(laptop.getByText("Reconnecting…")).toHaveCount(0, comesBack);
    await writeNote(laptop, "After");
    for (const page of [laptop, phone]) {
      await expect(noteCalled(page, "After")).toBeVisible(comesBack);
      await expect(page.getByRole("heading", { level: 2 })).toHaveText(["After", "Three", "One"]);
    }
    await laptop.reload();
    await expect(laptop.getByRole("heading", { level: 2 })).toHaveText(["After", "Three", "One"]);
    await expect(bobs.getByText("Reconnecting…")).toHaveCount(0, comesBack);
    await expect(bobs.getByRole("heading", { level: 2 })).toHaveText(["Bob's own"]);
  },
);

test("a note written while the server is away is saved once when it is back", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const device = await newDevice(await newAccount("ann"));
  device.problems.allow(lostConnection);
  const page = await device.openWindow("/notes");
  await writeNote(page, "Before");

  await server.kill();
  await expect(page.getByText("Reconnecting…")).toBeVisible();
  await page.getByRole("button", { name: "New note" }).click();
  await page.getByLabel("Title").fill("Meanwhile");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(noteCalled(page, "Meanwhile").getByText("Waits for the connection")).toBeVisible();
  await server.start();

  await expect(page.getByRole("button", { name: "Edit “Meanwhile”" })).toBeVisible(comesBack);
  await page.reload();
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(["Meanwhile", "Before"]);
});

test("a sign-in page that was open while the server was away signs in when it is back", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const device = await newDevice();
  device.problems.allow(lostConnection);
  const page = await device.openWindow("/login");
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();

  await server.kill();
  await page.getByLabel("Username").fill(ann.username);
  await page.getByLabel("Password", { exact: true }).fill(ann.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The server did not answer.")).toBeVisible();
  await expect(page.getByLabel("Username")).toHaveValue(ann.username);
  await server.start();
  await page.getByRole("button", { name: "Sign in" }).click();

  await expect(page.getByText("No notes yet")).toBeVisible(comesBack);
});

const lostConnection =
  /WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/;
