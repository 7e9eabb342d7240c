import { expect, type Locator, type Page } from "@playwright/test";

import { test } from "@app/browser";

import { holdSocket } from "./held-socket.ts";
import { card, chooseFor, column, makeProject, makeTasks, titlesIn } from "./project-actions.ts";

const threeTasks = [
  ["Moor", "todo"],
  ["Sail", "todo"],
  ["Land", "doing"],
] as const;

test("cards are dragged within a column and to another, and stand there for the others too", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "viewer"]]);
  await makeTasks(anns, server, project, threeTasks);
  const [page, watcher] = [await anns.openWindow(project.path), await bobs.openWindow(project.path)];
  await expect(titlesIn(page, "todo")).toHaveText(["Moor", "Sail"]);

  await dragBelow(page, card(page, "Moor"), card(page, "Sail"));
  for (const each of [page, watcher]) await expect(titlesIn(each, "todo")).toHaveText(["Sail", "Moor"]);
  await dragBelow(page, card(page, "Sail"), card(page, "Land"));
  for (const each of [page, watcher]) await expect(titlesIn(each, "doing")).toHaveText(["Land", "Sail"]);
  await card(page, "Sail").dragTo(column(page, "done"));
  for (const each of [page, watcher]) await expect(titlesIn(each, "done")).toHaveText(["Sail"]);

  await page.reload();
  await expect(titlesIn(page, "todo")).toHaveText(["Moor"]);
  await expect(titlesIn(page, "done")).toHaveText(["Sail"]);
});

test("tasks are written, moved, opened, changed, removed and brought back with the keyboard alone", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.openWindow(project.path);
  await expect(card(page, "Moor")).toBeVisible();

  await tabTo(page, page.getByRole("button", { name: "New task in To do" }));
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("Title of the new task")).toBeFocused();
  await page.keyboard.type("By hand");
  await page.keyboard.press("Enter");
  await expect(titlesIn(page, "todo")).toHaveText(["By hand", "Moor", "Sail"]);
  await expect(page.getByLabel("Title of the new task")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("button", { name: "New task in To do" })).toBeFocused();

  const actions = page.getByRole("button", { name: "Actions for “By hand”" });
  await choose(page, "By hand", "Move down");
  await expect(actions).toBeFocused();
  await expect(titlesIn(page, "todo")).toHaveText(["Moor", "By hand", "Sail"]);
  await choose(page, "By hand", "Move to Doing");
  await expect(titlesIn(page, "doing")).toHaveText(["By hand", "Land"]);
  await expect(page.getByRole("status").getByText("“By hand” is in Doing now.")).toBeAttached();
  await expect(actions).toBeFocused();

  await tabTo(page, page.getByRole("link", { name: "By hand" }));
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "By hand" });
  await expect(sheet).toBeVisible();
  await tabTo(page, sheet.getByLabel("Title"));
  await page.keyboard.press("End");
  await page.keyboard.type(" alone");
  await page.keyboard.press("Control+Enter");
  await expect(sheet).toHaveCount(0);
  await expect(titlesIn(page, "doing")).toHaveText(["By hand alone", "Land"]);

  await choose(page, "By hand alone", "Move to the bin");
  await expect(titlesIn(page, "doing")).toHaveText(["Land"]);
  // What had the focus is gone: its neighbour has it.
  await expect(page.getByRole("button", { name: "Actions for “Land”" })).toBeFocused();
  await tabTo(page, page.getByRole("button", { name: "Undo" }));
  await page.keyboard.press("Enter");
  await expect(titlesIn(page, "doing")).toHaveText(["By hand alone", "Land"]);
});

test("a move is shown before the server knows of it; one that somebody else was ahead of is taken back, said so, and can be tried again", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.context.newPage();
  const socket = await holdSocket(page);
  await page.goto(project.path);
  await expect(card(page, "Moor")).toBeVisible();
  const bobsPage = await bobs.openWindow(project.path);

  socket.hold();
  await chooseFor(bobsPage, "Moor", "Move to Doing");
  await expect(titlesIn(bobsPage, "doing")).toHaveText(["Moor", "Land"]);
  await chooseFor(page, "Moor", "Move to Done");
  await expect(titlesIn(page, "done")).toHaveText(["Moor"]);
  await expect(titlesIn(bobsPage, "done")).toHaveCount(0);
  socket.release();

  const refused = card(page, "Moor").getByRole("alert");
  await expect(refused).toContainText("Somebody changed it meanwhile. It is in Doing now.");
  await expect(titlesIn(page, "doing")).toHaveText(["Moor", "Land"]);
  await expect(titlesIn(page, "done")).toHaveCount(0);
  await refused.getByRole("button", { name: "Try again" }).click();
  for (const each of [page, bobsPage]) await expect(titlesIn(each, "done")).toHaveText(["Moor"]);
  await expect(refused).toHaveCount(0);
});

test("a move whose answer is lost says that it is checked, and stands when it was carried out", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.context.newPage();
  const socket = await holdSocket(page);
  await page.goto(project.path);
  const other = await anns.openWindow(project.path);
  await expect(card(page, "Moor")).toBeVisible();

  socket.hold();
  await chooseFor(page, "Moor", "Move to Done");
  await expect(titlesIn(other, "done")).toHaveText(["Moor"]);
  await socket.cut();

  await expect(card(page, "Moor").getByText("Checking…")).toBeVisible();
  await expect(titlesIn(page, "done")).toHaveText(["Moor"]);
  await expect(card(page, "Moor").getByText("Checking…")).toHaveCount(0, { timeout: 15_000 });
  await expect(titlesIn(page, "done")).toHaveText(["Moor"]);
  // Told apart by their keys, the two attempts acted once.
  const keys = socket.sent
    .filter((frame) => frame.includes("task.update"))
    .map((frame) => /"key":"([^"]+)"/.exec(frame)?.[1]);
  expect(keys.length).toBeGreaterThan(1);
  expect(new Set(keys).size).toBe(1);
});

test("what is being written in a task stays when somebody else changes it, and both versions are there to choose from", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  anns.problems.allow(/409/);
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, threeTasks);
  const [page, bobsPage] = [await anns.openWindow(project.path), await bobs.openWindow(project.path)];

  await page.getByRole("link", { name: "Moor" }).click();
  const form = page.getByRole("form", { name: "Editing “Moor”" });
  await form.getByLabel("Description").fill("Ann's words");
  await bobsPage.getByRole("link", { name: "Moor" }).click();
  await bobsPage.getByLabel("Description").fill("Bob's words");
  await bobsPage.getByRole("button", { name: "Save" }).click();
  await expect(bobsPage.getByRole("dialog")).toHaveCount(0);

  await expect(form.getByText("Somebody changed this task while you were writing.")).toBeVisible();
  await expect(form.getByLabel("Description")).toHaveValue("Ann's words");
  await form.getByRole("button", { name: "Save" }).click();
  const choice = page.getByRole("group", { name: "This task has two versions" });
  await expect(choice.getByText("Bob's words")).toBeVisible();
  await choice.getByRole("button", { name: "Keep yours" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await bobsPage.getByRole("link", { name: "Moor" }).click();
  await expect(bobsPage.getByLabel("Description")).toHaveValue("Ann's words");
});

test("two people write in different fields of a task: both are kept, and only the field that both wrote is asked about", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  anns.problems.allow(/409/);
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, threeTasks);
  const [page, bobsPage] = [await anns.openWindow(project.path), await bobs.openWindow(project.path)];
  const bobWrites = async (name: string, title: string, fields: Readonly<Record<string, string>>) => {
    await bobsPage.getByRole("link", { name }).click();
    await bobsPage.getByLabel("Title").fill(title);
    for (const [label, text] of Object.entries(fields)) await bobsPage.getByLabel(label).fill(text);
    await bobsPage.getByLabel("State").selectOption("Doing");
    await bobsPage.getByRole("button", { name: "Save" }).click();
    await expect(bobsPage.getByRole("dialog")).toHaveCount(0);
  };

  await page.getByRole("link", { name: "Moor" }).click();
  const form = page.getByRole("form", { name: "Editing “Moor”" });
  await form.getByLabel("Title").fill("Moor at noon");
  await bobWrites("Moor", "Moor", { Description: "At the east quay", Due: "2027-05-05" });
  await expect(form.getByLabel("Description")).toHaveValue("At the east quay");
  await expect(form.getByLabel("Title")).toHaveValue("Moor at noon");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(titlesIn(page, "doing")).toHaveText(["Moor at noon", "Land"]);

  await page.getByRole("link", { name: "Sail" }).click();
  await page.getByLabel("Title").fill("Sail west");
  await bobWrites("Sail", "Sail east", { Description: "With the tide" });
  await page.getByRole("button", { name: "Compare" }).click();
  const choice = page.getByRole("group", { name: "This task has two versions" });
  await expect(choice.getByRole("region")).toHaveCount(2);
  await expect(choice.getByRole("region", { name: "Title: Yours" })).toContainText("Sail west");
  await choice.getByRole("button", { name: "Keep yours" }).click();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await bobsPage.getByRole("link", { name: "Sail west" }).click();
  await expect(bobsPage.getByLabel("Description")).toHaveValue("With the tide");
  await expect(bobsPage.getByLabel("State")).toHaveValue("doing");
});

test("a task that is removed while it is open says so, and comes back; in the bin it is restored", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, threeTasks);
  const [page, bobsPage] = [await anns.openWindow(project.path), await bobs.openWindow(project.path)];
  await page.getByRole("link", { name: "Moor" }).click();
  await expect(page.getByLabel("Title")).toHaveValue("Moor");

  await chooseFor(bobsPage, "Moor", "Move to the bin");
  await expect(page.getByText("Somebody moved this task to the bin.")).toBeVisible();
  await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
  await expect(page.getByText("Somebody moved this task to the bin.")).toHaveCount(0);
  await expect(titlesIn(bobsPage, "todo")).toHaveText(["Moor", "Sail"]);

  await page.getByLabel("Title").fill("Moor at noon");
  // A digit too many in the year is not taken, and takes nothing away.
  await page.getByLabel("Due").focus();
  await page.keyboard.type("050520275");
  await expect(page.getByLabel("Due")).not.toHaveValue("");
  await page.getByLabel("Due").fill("2027-05-05");
  await chooseFor(bobsPage, "Moor", "Move to the bin");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("What you wrote is still here.")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Save as a new task" })).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Move to the bin" })).toHaveCount(0);
  await expect(dialog.getByText("Add files")).toHaveCount(0);
  await dialog.getByRole("button", { name: "Restore" }).click();
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expect(titlesIn(bobsPage, "todo")).toHaveText(["Moor at noon", "Sail"]);

  await chooseFor(bobsPage, "Moor at noon", "Move to the bin");
  await bobsPage.getByRole("link", { name: "Bin" }).click();
  await bobsPage.getByRole("button", { name: "Restore “Moor at noon”" }).click();
  await expect(bobsPage.getByText("The bin is empty")).toBeVisible();
  await expect(titlesIn(page, "todo")).toHaveText(["Moor at noon", "Sail"]);
});

test("from the bin a task is deleted for good, or all of them, before everybody's eyes", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob, cat] = [await newAccount("ann"), await newAccount("bob"), await newAccount("cat")];
  const [anns, bobs, cats] = [await newDevice(ann), await newDevice(bob), await newDevice(cat)];
  const project = await makeProject(anns, server, [
    [bob, "editor"],
    [cat, "viewer"],
  ]);
  await makeTasks(anns, server, project, threeTasks);
  const pages = [
    await anns.openWindow(project.path),
    await bobs.openWindow(project.path),
    await cats.openWindow(project.path),
  ] as const;
  const [page, bobsPage, catsPage] = pages;
  for (const title of ["Moor", "Sail", "Land"]) await chooseFor(page, title, "Move to the bin");
  for (const each of pages) await each.getByRole("link", { name: "Bin" }).click();
  await expect(catsPage.getByRole("listitem")).toHaveCount(3);
  await expect(catsPage.getByRole("button", { name: /for good|Empty the bin/ })).toHaveCount(0);

  await page.getByRole("button", { name: "Delete for good: “Moor”" }).click();
  await page.getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(bobsPage.getByRole("button", { name: "Restore “Moor”" })).toHaveCount(0);
  await expect(bobsPage.getByRole("button", { name: /^Restore/ })).toHaveCount(2);

  await bobsPage.getByRole("button", { name: "Empty the bin" }).click();
  await expect(bobsPage.getByText("Delete the 2 tasks in the bin and their files for good?")).toBeVisible();
  await bobsPage.getByRole("button", { name: "Delete for good", exact: true }).click();
  await expect(bobsPage.getByText("2 tasks were deleted for good.")).toBeVisible();
  for (const each of pages) await expect(each.getByText("The bin is empty")).toBeVisible();
});

const withOwnServer = test.extend({ server: async ({ newServer }, use) => use(await newServer()) });

withOwnServer(
  "what is written in a task while the server is away is saved once when it is back",
  async ({ server, newAccount, newDevice }) => {
    const anns = await newDevice(await newAccount("ann"));
    anns.problems.allow(/WebSocket connection to .* failed|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET/);
    const project = await makeProject(anns, server);
    await makeTasks(anns, server, project, threeTasks);
    const page = await anns.openWindow(project.path);
    await page.getByRole("link", { name: "Moor" }).click();
    const form = page.getByRole("dialog").getByRole("form");
    await form.getByLabel("Title").fill("Moor at the");

    await server.kill();
    await expect(page.getByText("Reconnecting…")).toBeAttached();
    await form.getByLabel("Title").pressSequentially(" quay");
    await form.getByRole("button", { name: "Save" }).click();
    await expect(form.getByRole("button", { name: "Waits for the connection" })).toBeVisible();
    await server.start();

    await expect(page.getByRole("dialog")).toHaveCount(0, { timeout: 15_000 });
    await expect(titlesIn(page, "todo")).toHaveText(["Moor at the quay", "Sail"]);
    await page.reload();
    await expect(titlesIn(page, "todo")).toHaveText(["Moor at the quay", "Sail"]);
  },
);

/** Drags a card onto the lower half of another: the browser's own dragging, step by step. */
async function dragBelow(page: Page, from: Locator, onto: Locator): Promise<void> {
  const box = await onto.boundingBox();
  if (!box) throw new Error("The card to drop on is not there.");
  await from.dragTo(onto, { targetPosition: { x: box.width / 2, y: box.height - 4 } });
  await expect(page.locator(".board__drop")).toHaveCount(0);
}

/** Chooses in a task's menu by the keyboard. */
async function choose(page: Page, title: string, action: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: `Actions for “${title}”` }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: action, exact: true }));
  await page.keyboard.press("Enter");
}

/** Presses Tab until this has the focus, which is to be seen on the way. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) > 0) await expect(focused).toHaveCSS("outline-style", /solid|auto/);
  }
  throw new Error(`${String(target)} is not reached by Tab.`);
}

test("the sheet gives the focus back to its card, however it is closed: Escape, Close, Back, Save, the bin, a move", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, threeTasks);
  const page = await anns.openWindow(project.path);
  const [link, sheet] = [page.getByRole("link", { name: "Moor" }), page.getByRole("dialog", { name: "Moor" })];
  const open = async () => {
    await link.focus();
    await page.keyboard.press("Enter");
    await expect(sheet.getByLabel("Title")).toBeVisible();
  };
  await expect(link).toBeVisible();

  const ways: readonly (() => Promise<unknown>)[] = [
    () => page.keyboard.press("Escape"),
    () => sheet.getByRole("button", { name: "Close" }).click(),
    () => page.goBack(),
    () => sheet.getByRole("button", { name: "Save" }).click(),
  ];
  for (const leave of ways) {
    await open();
    await leave();
    await expect(sheet).toHaveCount(0);
    await expect(link).toBeFocused();
  }

  await open();
  await sheet.getByLabel("State").selectOption("doing");
  await sheet.getByRole("button", { name: "Save" }).click();
  await expect(titlesIn(page, "doing")).toContainText(["Moor"]);
  await expect(link).toBeFocused();

  // Nothing on the page has opened it.
  await link.click();
  await page.reload();
  await expect(sheet.getByLabel("Title")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(link).toBeFocused();

  await open();
  await sheet.getByRole("button", { name: "Move to the bin" }).click();
  await expect(link).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Land" })).toBeFocused();
});
