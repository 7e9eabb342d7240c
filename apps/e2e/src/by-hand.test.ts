import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { writeNote } from "./note-actions.ts";
import { runSql } from "./run-sql.ts";

const withinASecond = { timeout: 1000 };

test(
  "SES-14: a user's sessions deleted by hand in the database end every window of that user within a second",
  {
    tag: "@database",
  },
  async ({ server, newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const [laptop, phone] = [await (await newDevice(ann)).openWindow(), await (await newDevice(ann)).openWindow()];
    const bobs = await (await newDevice(await newAccount("bob"))).openWindow();
    for (const page of [laptop, phone, bobs]) await expect(page.getByText("No notes yet")).toBeVisible();

    await runSql(
      server,
      "delete from sessions where user_id = (select id from users where username = ?)",
      ann.username,
    );

    for (const page of [laptop, phone]) {
      await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    }
    await writeNote(bobs, "Untouched");
  },
);

test(
  "a user made inactive by hand is signed out everywhere within a second, and cannot come back",
  {
    tag: "@database",
  },
  async ({ server, newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const device = await newDevice(ann);
    device.problems.allow(/401/);
    const page = await device.openWindow();
    await expect(page.getByText("No notes yet")).toBeVisible();

    await runSql(server, "update users set is_active = false where username = ?", ann.username);

    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible(withinASecond);
    await expect(page.getByText("This account is no longer active.")).toBeVisible();
    await page.getByLabel("Username").fill(ann.username);
    await page.getByLabel("Password", { exact: true }).fill(ann.password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByText("That name and password do not match.")).toBeVisible();
  },
);

test(
  "what changes about the user by hand is on the screen within a second",
  {
    tag: "@database",
  },
  async ({ server, newAccount, newDevice }) => {
    const ann = await newAccount("ann");
    const page = await (await newDevice(ann)).openWindow("/account");
    await expect(page.getByText("This device")).toBeVisible();

    await runSql(server, "update users set first_name = 'Anna', is_staff = true where username = ?", ann.username);

    await expect(page.getByText("Anna")).toBeVisible(withinASecond);
    await expect(page.getByText("Staff")).toBeVisible(withinASecond);
  },
);
