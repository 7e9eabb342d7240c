import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { noteCalled, writeNote } from "./note-actions.ts";
import { rowTitles, watchUnrest } from "./watch-unrest.ts";

test("REL-44: a page without a network says so, keeps what it shows and what is written in it, and goes on when it is back, without a flash", async ({
  newAccount,
  newDevice,
}) => {
  const ann = await newAccount("ann");
  const [laptop, phone] = [await newDevice(ann), await newDevice(ann)];
  laptop.problems.allow(/ERR_INTERNET_DISCONNECTED/);
  const [page, other] = [await laptop.openWindow("/notes"), await phone.openWindow("/notes")];
  await writeNote(page, "Before");
  await expect(noteCalled(other, "Before")).toBeVisible();
  const readUnrest = await watchUnrest(page, rowTitles);

  await page.context().setOffline(true);
  await expect(page.getByText("Offline: changes wait")).toBeVisible();
  // Neither reaches the other meanwhile.
  await page.getByRole("button", { name: "New note" }).click();
  await page.getByLabel("Title").fill("Meanwhile");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(noteCalled(page, "Meanwhile").getByText("Waits for the connection")).toBeVisible();
  await writeNote(other, "Of the other");
  await expect(noteCalled(page, "Before")).toBeVisible();
  await expect(noteCalled(page, "Of the other")).toHaveCount(0);
  await expect(noteCalled(other, "Meanwhile")).toHaveCount(0);

  await page.context().setOffline(false);
  await expect(page.getByText("Offline: changes wait")).toHaveCount(0, comesBack);
  for (const each of [page, other]) {
    await expect(each.getByRole("button", { name: "Edit “Meanwhile”" })).toBeVisible(comesBack);
    await expect(each.getByRole("button", { name: "Edit “Of the other”" })).toBeVisible(comesBack);
  }

  const { gone, titles, doubled, said } = await readUnrest();
  expect({ gone, titles, doubled }).toEqual({ gone: [], titles: ["Notes"], doubled: [] });
  expect(
    said.filter((text) => !/Offline: changes wait|Reconnecting…|Waits for the connection|Saving…/.test(text)),
  ).toEqual([]);
  await page.reload();
  await expect(page.getByRole("heading", { level: 2 })).toHaveCount(3);
});

/** A page comes back with jitter, so that a thousand do not come at once. */
const comesBack = { timeout: 15_000 };
