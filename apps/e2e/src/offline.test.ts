import { expect, type Page } from "@playwright/test";

import { test } from "@app/browser";

import { holdSocket, type HeldSocket } from "./held-socket.ts";
import { noteCalled, removeNote, renameNote, sendNote, writeNote } from "./note-actions.ts";
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
  await sendNote(page, "Meanwhile");
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

test("REL-08: while the network goes a hundred times, all that is written ends up saved, once, and what is being written stays", async ({
  newAccount,
  newDevice,
}) => {
  test.slow();
  const ann = await newAccount("ann");
  const [laptop, phone] = [await newDevice(ann), await newDevice(ann)];
  laptop.problems.allow(/ERR_INTERNET_DISCONNECTED/);
  const page = await laptop.context.newPage();
  const socket = await holdSocket(page);
  await page.goto("/notes");
  await writeNote(page, "Stays");
  await writeNote(page, "Half");
  await page.getByRole("button", { name: "Edit “Half”" }).click();
  const words = page.getByRole("form", { name: "Editing “Half”" }).getByLabel("Note", { exact: true });
  await words.fill("Half a thought");
  const readUnrest = await watchUnrest(page, rowTitles);

  const network = comeAndGo(page, socket, 100);
  let written = 0;
  for (; !network.isOver; written += 1) {
    const title = `Note ${written}.`;
    await sendNote(page, title);
    await renameNote(page, title, `Again ${title}`);
    if (written % 3 === 0) await removeNote(page, `Again ${title}`);
  }
  await network.whenOver;

  const titles = Array.from({ length: written }, (_, index) => index)
    .filter((index) => index % 3 !== 0)
    .map((index) => `Again Note ${index}.`);
  await expect(page.getByText(/Offline|Reconnecting…|Waits for the connection|Saving…|Checking…/)).toHaveCount(
    0,
    comesBack,
  );
  await expect(page.getByText("It was not saved.")).toHaveCount(0);
  await expect(words).toHaveValue("Half a thought");
  const other = await phone.openWindow("/notes");
  const inOrder = [...titles.toReversed(), "Half", "Stays"];
  await expect(other.getByRole("heading", { level: 2 })).toHaveText(inOrder);
  await expect(page.getByRole("heading", { level: 2 })).toHaveText(inOrder.filter((title) => title !== "Half"));
  const { gone, doubled } = await readUnrest();
  expect({ gone, doubled }).toEqual({ gone: [], doubled: [] });
  const keys = socket.sent.flatMap((frame) => [...frame.matchAll(/"key":"([^"]+)"/g)].map(([, key]) => key));
  expect(socket.opened).toBeGreaterThan(20);
  // Some were sent again, since their answers were lost.
  expect(new Set(keys).size).toBeLessThan(keys.length);
});

/** Takes the network away again and again: answers that were on the way are lost, those of what was done among them. */
function comeAndGo(page: Page, socket: HeldSocket, times: number) {
  const state = { isOver: false, whenOver: run() };
  async function run() {
    for (let time = 0; time < times; time += 1) {
      socket.hold();
      await page.waitForTimeout(Math.random() * 60);
      await page.context().setOffline(true);
      await socket.cut();
      await page.waitForTimeout(Math.random() * 30);
      await page.context().setOffline(false);
      await page.waitForTimeout(Math.random() * (time % 5 === 0 ? 500 : 80));
    }
    state.isOver = true;
  }
  return state;
}

/** A page comes back with jitter, so that a thousand do not come at once. */
const comesBack = { timeout: 15_000 };
