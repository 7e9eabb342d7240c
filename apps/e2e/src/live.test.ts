import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { noteCalled, removeNote, renameNote, writeNote } from "./note-actions.ts";
import { watchSockets } from "./socket-log.ts";

const withinASecond = { timeout: 1000 };

test(
  "what happens to a note in one window is in the other within a second, and never at the second user's",
  {
    tag: "@database",
  },
  async ({ newAccount, newDevice }) => {
    const laptop = await newDevice(await newAccount("ann"));
    const [one, other] = [await laptop.openWindow(), await laptop.openWindow()];
    const bobs = await (await newDevice(await newAccount("bob"))).context.newPage();
    const bobsSockets = watchSockets(bobs);
    await bobs.goto("/notes");
    for (const page of [one, other, bobs]) await expect(page.getByText("No notes yet")).toBeVisible();

    await writeNote(one, "Buy tea");
    await expect(noteCalled(other, "Buy tea")).toBeVisible(withinASecond);

    await renameNote(other, "Buy tea", "Buy coffee");
    await expect(noteCalled(one, "Buy coffee")).toBeVisible(withinASecond);
    await expect(noteCalled(one, "Buy tea")).toHaveCount(0);

    await removeNote(one, "Buy coffee");
    await expect(noteCalled(other, "Buy coffee")).toHaveCount(0, withinASecond);

    // Bob's own note comes through, so his socket was listening all the while.
    await writeNote(bobs, "Bob's own");
    await expect.poll(() => bobsSockets.received.join("\n")).toContain("Bob's own");
    await expect(bobs.getByRole("list", { name: "Notes" }).getByRole("listitem")).toHaveCount(1);
    expect(bobsSockets.received.join("\n")).not.toMatch(/Buy (tea|coffee)/);
  },
);

test("a note reaches the user's other device, which has a session of its own", async ({ newAccount, newDevice }) => {
  const ann = await newAccount("ann");
  const [laptop, phone] = [await newDevice(ann), await newDevice(ann, { viewport: { width: 360, height: 740 } })];
  const [onLaptop, onPhone] = [await laptop.openWindow(), await phone.openWindow()];
  await expect(onLaptop.getByText("No notes yet")).toBeVisible();

  await writeNote(onPhone, "From the road");

  await expect(noteCalled(onLaptop, "From the road")).toBeVisible(withinASecond);
});

test("a note changed elsewhere while it is written to asks which version to keep", async ({
  newAccount,
  newDevice,
}) => {
  const laptop = await newDevice(await newAccount("ann"));
  const [one, other] = [await laptop.openWindow(), await laptop.openWindow()];
  await writeNote(one, "Plan", "first");
  await other.getByRole("button", { name: "Edit “Plan”" }).click();
  const editor = other.getByRole("form", { name: "Editing “Plan”" });
  await editor.getByLabel("Title").fill("Plan B");

  await renameNote(one, "Plan", "Plan A");
  await expect(editor.getByText("changed elsewhere")).toBeVisible();
  await expect(editor.getByLabel("Title")).toHaveValue("Plan B");
  await editor.getByRole("button", { name: "Save" }).click();

  await expect(other.getByText("This note has two versions")).toBeVisible();
  await other.getByRole("button", { name: "Keep yours" }).click();
  await expect(noteCalled(one, "Plan B")).toBeVisible();
});
