import { setTimeout as pause } from "node:timers/promises";

import { expect, type Page } from "@playwright/test";

import { type Device, test as base } from "@app/browser";
import type { AppServer } from "@app/services";

import { noteCalled } from "./note-actions.ts";
import { call, chooseFor, makeProject, makeTasks, titlesIn } from "./project-actions.ts";
import { watchSockets } from "./socket-log.ts";
import { rowTitles, watchUnrest } from "./watch-unrest.ts";

// The server is replaced, so it is one of its own. Where few have to move they have three tenths of DRAIN_SECONDS for it, which
// here is to be long enough for the new server to start, also on a busy machine, and for the longest wait between two tries.
const test = base.extend({
  server: async ({ newServer, dialect }, use) =>
    use(await newServer(dialect === "postgres" ? { DRAIN_SECONDS: "60" } : {})),
});

const notes = Array.from({ length: 16 }, (_, index) => `Note ${index + 1}`);
const waiting = Array.from({ length: 24 }, (_, index) => `Waiting ${index + 1}`);
const begun = Array.from({ length: 20 }, (_, index) => `Begun ${index + 1}`);

test(
  "REL-55: a server is replaced while people write and move cards: nothing is lost, nothing is there twice, and where another takes over nobody sees anything of it",
  { tag: "@database" },
  async ({ server, dialect, newAccount, newDevice }) => {
    test.setTimeout(90_000);
    const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
    const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
    // The console names each try that comes before the new server is there.
    for (const { problems } of [anns, bobs]) problems.allow(/WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/);
    const project = await makeProject(anns, server, [[bob, "editor"]]);
    await makeTasks(anns, server, project, [
      ...waiting.map((title) => [title, "todo"] as const),
      ...begun.map((title) => [title, "doing"] as const),
    ]);
    for (const title of notes) await call(anns.context, server, "note.create", { title, body: "before after" });
    const rows = waiting.length + begun.length;
    const writing = await openWindow(anns, "/notes", notes.length);
    const board = await openWindow(anns, project.path, rows);
    const moving = await openWindow(bobs, project.path, rows);
    const windows = [writing, board, moving];

    await writing.page.getByRole("button", { name: "Edit “Note 8”" }).click();
    const editor = writing.page.getByRole("form", { name: "Editing “Note 8”" });
    const text = editor.getByLabel("Note", { exact: true });
    await text.press("End");
    for (let step = 0; step < " after".length; step += 1) await writing.page.keyboard.press("ArrowLeft");
    const focused = board.page.getByRole("link", { name: "Waiting 20" });
    await focused.focus();
    const places = await Promise.all(windows.map(({ page }) => scrollOf(page)));
    expect(places.slice(0, 2)).not.toContain(0);
    const eyes = await Promise.all(windows.map(({ page }) => watchUnrest(page, staying)));

    const [stays, ...others] = begun;
    const moved: string[] = [];
    let written = "";
    await whileReplaced(server, dialect, async () => {
      written += ` ${written.length}`;
      await writing.page.keyboard.type(written.slice(written.lastIndexOf(" ")));
      const next = others[moved.length];
      if (next === undefined) return;
      await chooseFor(moving.page, next, "Move to Done");
      moved.push(next);
    });

    for (const { sockets } of windows) await expect.poll(() => [sockets.open, sockets.opened > 1]).toEqual([1, true]);
    for (const page of [board.page, moving.page]) {
      await expect(titlesIn(page, "done")).toHaveText(moved.toReversed(), comesBack);
      await expect(page.locator(".cs-pill")).toHaveCount(0, comesBack);
    }
    await expect(text).toBeFocused();
    await expect(text).toHaveValue(`before${written} after`);
    await expect(focused).toBeFocused();
    expect(await Promise.all(windows.map(({ page }) => scrollOf(page)))).toEqual(places);
    const seen = await Promise.all(eyes.map((read) => read()));
    const calm = { doubled: [], gone: [], lostFocus: 0 };
    expect(seen).toMatchObject([
      { titles: ["Notes"], ...calm },
      { titles: ["Harbour"], ...calm },
      // Whoever opens menus moves the focus.
      { titles: ["Harbour"], ...calm, lostFocus: expect.any(Number) },
    ]);
    const said = seen.flatMap(({ said: each }) => each);
    expect(dialect === "postgres" ? said : said.filter((each) => each !== "Reconnecting…")).toEqual([]);

    await editor.getByRole("button", { name: "Save" }).click();
    await expect(noteCalled(writing.page, "Note 8").getByRole("button", { name: "Edit “Note 8”" })).toBeVisible();
    await Promise.all(windows.map(({ page }) => page.reload()));
    await expect(noteCalled(writing.page, "Note 8")).toContainText(`before${written} after`);
    await expect(writing.page.getByRole("heading", { level: 2 })).toHaveText(notes.toReversed());
    await expect(titlesIn(board.page, "done")).toHaveText(moved.toReversed());
    await expect(titlesIn(board.page, "doing")).toHaveText([stays, ...others.slice(moved.length)].map(String));
  },
);

test("the same eyes see it when a server is killed", async ({ server, newAccount, newDevice }) => {
  const device = await newDevice(await newAccount("ann"));
  device.problems.allow(/WebSocket connection to .* failed|ERR_CONNECTION_REFUSED/);
  await call(device.context, server, "note.create", { title: "Note 1", body: "" });
  const { page } = await openWindow(device, "/notes", 1);
  const readUnrest = await watchUnrest(page, staying);

  await server.kill();

  await expect.poll(async () => (await readUnrest()).said).toEqual(["Reconnecting…"]);
});

/**
 * Puts a new server in the place of the old one, and does something meanwhile, again and again, until the old one has ended and
 * the new one is ready. On PostgreSQL the new one starts while the old one still drains; on SQLite, which is for one server at a
 * time, afterwards.
 */
async function whileReplaced(server: AppServer, dialect: "sqlite" | "postgres", act: () => Promise<void>) {
  let isDone = false;
  const replacing = replace(server, dialect).finally(() => (isDone = true));
  // Heard of below; until then a failure is not nobody's.
  replacing.catch(() => {});
  while (!isDone) {
    await act();
    await pause(300);
  }
  expect(await replacing).toBe(0);
}

async function replace(server: AppServer, dialect: "sqlite" | "postgres"): Promise<number | null> {
  if (dialect === "postgres") return (await server.replace()).ended;
  const code = await server.stop();
  await server.start();
  return code;
}

/** A window that shows so many rows, and the sockets it opens. */
async function openWindow({ context }: Device, path: string, rows: number) {
  const page = await context.newPage();
  const sockets = watchSockets(page);
  await page.goto(path);
  await expect(page.locator(rowTitles)).toHaveCount(rows);
  return { page, sockets };
}

function scrollOf(page: Page): Promise<number> {
  return page.evaluate(() => scrollY);
}

/** Cards that wait in the first column, and notes. Those that are moved are between two lists for a moment. */
const staying = "[data-state=todo] article h3, li h2";

/** A page comes back with jitter, so that a thousand do not come at once. */
const comesBack = { timeout: 15_000 };
