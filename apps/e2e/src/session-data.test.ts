import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { noteCalled, writeNote } from "./note-actions.ts";
import { runSql } from "./run-sql.ts";

const withinASecond = { timeout: 1000 };

test(
  "a theme chosen in one window is in the browser's other windows within a second, stays after a reload, and is nobody else's",
  { tag: "@database" },
  async ({ newAccount, newDevice }) => {
    const laptop = await newDevice(await newAccount("ann"));
    const [one, other] = [await laptop.openWindow(), await laptop.openWindow()];
    const bobs = await (await newDevice(await newAccount("bob"))).openWindow();
    for (const page of [one, other, bobs]) await expect(page.getByText("No notes yet")).toBeVisible();

    await one.getByRole("button", { name: /Account menu/ }).click();
    const themes = one.getByRole("group", { name: "Theme" });
    await expect(themes.getByRole("button", { name: "System" })).toHaveAttribute("aria-pressed", "true");
    await themes.getByRole("button", { name: "Dark" }).click();

    for (const page of [one, other]) {
      await expect(page.locator("html")).toHaveAttribute("data-theme", "dark", withinASecond);
    }
    await other.reload();
    await expect(other.locator("html")).toHaveAttribute("data-theme", "dark");
    expect(await other.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");

    await other.getByRole("button", { name: /Account menu/ }).click();
    await other.getByRole("button", { name: "System" }).click();
    for (const page of [one, other])
      await expect(page.locator("html")).not.toHaveAttribute("data-theme", withinASecond);
    await expect(bobs.locator("html")).not.toHaveAttribute("data-theme");
  },
);

test("P6: what may be done to a note goes and comes back with a group, without a reload", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const page = await (await newDevice(ann)).openWindow();
  const bobs = await (await newDevice(await newAccount("bob"))).openWindow();
  await writeNote(page, "Contract");
  await writeNote(bobs, "Scrap");
  const remove = noteCalled(page, "Contract").getByRole("button", { name: "Delete “Contract”" });
  await expect(remove).toBeVisible();

  await runSql(server, "insert into groups (id, name, created_at) values (?, 'legal-hold', 0)", "g1");
  await runSql(
    server,
    "insert into group_members (group_id, user_id) select 'g1', id from users where username = ?",
    ann.username,
  );

  await expect(remove).toHaveCount(0, withinASecond);
  await expect(noteCalled(page, "Contract").getByRole("button", { name: "Edit “Contract”" })).toBeVisible();
  await expect(noteCalled(bobs, "Scrap").getByRole("button", { name: "Delete “Scrap”" })).toBeVisible();

  await runSql(server, "delete from groups where id = ?", "g1");
  await expect(remove).toBeVisible(withinASecond);
});

test("W5: a notice shows once in a browser with two windows, and once on the other device", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const [laptop, phone] = [await newDevice(ann), await newDevice(ann)];
  const windows = [await laptop.openWindow(), await laptop.openWindow()];
  const onPhone = await phone.openWindow();
  const bobs = await (await newDevice(await newAccount("bob"))).openWindow();
  for (const page of [...windows, onPhone, bobs]) await expect(page.getByText("No notes yet")).toBeVisible();

  await runSql(
    server,
    `insert into notifications (id, user_id, message, created_at, expires_at)
     select 'n1', id, '{"kind":"info","text":"Tea is ready"}', 4102444800000, 4102444800000 from users where username = ?`,
    ann.username,
  );

  const toasts = async () =>
    (await Promise.all(windows.map((page) => page.getByText("Tea is ready").count()))).toSorted((a, b) => a - b);
  await expect.poll(toasts, withinASecond).toEqual([0, 1]);
  await expect(onPhone.getByText("Tea is ready")).toBeVisible(withinASecond);
  await onPhone.reload();
  await expect(onPhone.getByText("No notes yet")).toBeVisible();
  await expect(onPhone.getByText("Tea is ready")).toHaveCount(0);
  await expect(bobs.getByText("Tea is ready")).toHaveCount(0);
  expect(await toasts()).toEqual([0, 1]);
});
