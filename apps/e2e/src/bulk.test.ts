import { readFile } from "node:fs/promises";

import { type BrowserContext, expect, type Page } from "@playwright/test";

import { test } from "@app/browser";

import { holdSocket } from "./held-socket.ts";
import { call, makeProject, makeTasks, titlesIn } from "./project-actions.ts";

const threeTasks = [
  ["Moor", "todo"],
  ['Sail, "fast"', "todo"],
  ["=Land", "doing"],
] as const;

test("several tasks are picked in the list, moved and put into the bin together, and brought back", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "viewer"]]);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.openWindow(`${project.path}/list`);
  const board = await bobs.openWindow(project.path);
  const bar = page.getByRole("group", { name: "With the selected tasks" });

  await pick(page, "Moor", "=Land");
  await expect(bar.getByText("2 selected")).toBeVisible();
  await bar.getByRole("button", { name: "Move the selected tasks to…" }).click();
  await bar.getByRole("button", { name: "Done", exact: true }).click();
  await expect(page.getByText("2 tasks are in Done now.")).toBeVisible();
  await expect(bar).toHaveCount(0);
  await expect(titlesIn(board, "done")).toHaveCount(2);
  // What had the focus is gone: it is with the list, not nowhere.
  await expect(page.getByText("3 tasks", { exact: true })).toBeFocused();

  await pick(page, "Moor", "=Land");
  await bar.getByRole("button", { name: "Move to the bin" }).click();
  await expect(titlesIn(board, "done")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(titlesIn(board, "done")).toHaveCount(2);

  // Who only looks picks nothing, and exports what they see.
  await board.goto(`${project.path}/list`);
  await expect(board.getByRole("link", { name: "Moor" })).toBeVisible();
  await expect(board.getByRole("checkbox")).toHaveCount(0);
  await expect(board.getByRole("button", { name: "Export as CSV" })).toBeVisible();
});

test("when somebody was ahead with one of several tasks, nothing is done to any; it is said which, and goes the next time", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.context.newPage();
  const socket = await holdSocket(page);
  await page.goto(`${project.path}/list`);
  await pick(page, "Moor", "=Land");
  const other = await anns.openWindow(project.path);

  socket.hold();
  const { rows } = await readTasks(anns.context, server.url, project.id);
  const moor = rows.find(({ title }) => title === "Moor");
  await call(anns.context, server, "task.update", { id: moor?.id, version: moor?.version, body: "Twice." });
  await page.getByRole("button", { name: "Move the selected tasks to…" }).click();
  await page
    .getByRole("group", { name: "With the selected" })
    .getByRole("button", { name: "Done", exact: true })
    .click();
  socket.release();
  await expect(page.getByText(/^Somebody changed “Moor” meanwhile/)).toBeVisible();
  await expect(titlesIn(other, "done")).toHaveCount(0);

  await page.getByRole("button", { name: "Move the selected tasks to…" }).click();
  await page
    .getByRole("group", { name: "With the selected" })
    .getByRole("button", { name: "Done", exact: true })
    .click();
  await expect(titlesIn(other, "done")).toHaveCount(2);
});

test("a deed with several tasks whose answer was lost is the same call again: it is done once, and said plainly", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.context.newPage();
  const socket = await holdSocket(page);
  await page.goto(`${project.path}/list`);
  await pick(page, "Moor", "=Land");
  const other = await anns.openWindow(project.path);
  const bar = page.getByRole("group", { name: "With the selected tasks" });
  const moveToDone = async () => {
    await bar.getByRole("button", { name: "Move the selected tasks to…" }).click();
    await bar.getByRole("button", { name: "Done", exact: true }).click();
  };

  socket.hold();
  await moveToDone();
  await expect(titlesIn(other, "done")).toHaveCount(2);
  await socket.cut();
  await expect(bar.getByText(/^The answer was lost: it may have been done or not/)).toBeVisible();
  await expect(bar.getByText("It was not saved.")).toHaveCount(0);

  await moveToDone();
  // The page comes back within five seconds, which chance chooses from.
  await expect(page.getByText("2 tasks are in Done now.")).toBeVisible({ timeout: 15_000 });
  const calls = socket.sent.filter((frame) => frame.includes("task.updateMany"));
  expect(calls.map((frame) => /"key":"([^"]+)"/.exec(frame)?.[1])).toHaveLength(2);
  expect(new Set(calls.map((frame) => /"input":(.+)/.exec(frame)?.[1])).size).toBe(1);
  const { rows } = await readTasks(anns.context, server.url, project.id);
  expect(rows.filter(({ title }) => title !== 'Sail, "fast"').map(({ version }) => version)).toEqual([2, 2]);
});

test("what can be done with the picked tasks stays in sight below the header, on a phone too", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  const many = Array.from({ length: 40 }, (_, index) => [`Task ${index}`, "todo"] as const);
  await makeTasks(anns, server, project, many);
  const page = await anns.openWindow(`${project.path}/list`);
  await page.setViewportSize({ width: 360, height: 740 });
  await pick(page, "Task 0");
  const bar = page.getByRole("group", { name: "With the selected tasks" });

  for (const size of ["100%", "150%"]) {
    await page.evaluate((fontSize) => (document.documentElement.style.fontSize = fontSize), size);
    await page.mouse.wheel(0, 600);
    await expect(async () => {
      const [header, shown] = [await page.getByRole("banner").boundingBox(), await bar.boundingBox()];
      if (!header || !shown) throw new Error("There is no header or no bar.");
      expect(shown.y).toBeGreaterThanOrEqual(header.y + header.height);
      expect(shown.y).toBeLessThan(header.y + header.height + 20);
    }).toPass({ timeout: 5_000 });
  }
});

test("what is listed is exported as it is narrowed and ordered, and no cell is a formula", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.openWindow(`${project.path}/list?order=title`);

  const whole = await exported(page);
  expect(whole.name).toBe("Harbour.csv");
  expect(whole.lines.map((line) => line.split(",")[0])).toEqual(["\uFEFFtitle", '"\'=Land"', "Moor", '"Sail']);

  await page.goto(`${project.path}/list?order=title&state=todo`);
  await expect(page.getByText("2 tasks", { exact: true })).toBeVisible();
  expect((await exported(page)).lines).toHaveLength(3);
});

async function pick(page: Page, ...titles: readonly string[]): Promise<void> {
  for (const title of titles) await page.getByRole("checkbox", { name: `Select “${title}”` }).check();
}

async function exported(page: Page): Promise<{ readonly name: string; readonly lines: readonly string[] }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export as CSV" }).click(),
  ]);
  const text = await readFile(await download.path(), "utf8");
  return { name: download.suggestedFilename(), lines: text.trimEnd().split("\r\n") };
}

interface Tasks {
  readonly rows: readonly { readonly id: string; readonly title: string; readonly version: number }[];
}

async function readTasks(context: BrowserContext, url: string, projectId: string) {
  const input = encodeURIComponent(JSON.stringify({ filter: { projectId: { eq: projectId } } }));
  const answer = await context.request.get(`${url}/trpc/task.list?input=${input}`, { headers: { origin: url } });
  const { result } = (await answer.json()) as { readonly result: { readonly data: Tasks } };
  return result.data;
}
