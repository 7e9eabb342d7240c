import { expect, type Page } from "@playwright/test";

import { test } from "@app/browser";

import {
  call,
  card,
  chooseFor,
  column,
  columnNames,
  makeProject,
  makeTasks,
  type TaskState,
  titlesIn,
} from "./project-actions.ts";
import { watchSockets } from "./socket-log.ts";

const atOnce = { timeout: 1000 };

test(
  "a task moved by one member is seen by the other, in a few milliseconds",
  { tag: "@database" },
  async ({ server, newAccount, newDevice }, testInfo) => {
    const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
    const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
    const project = await makeProject(anns, server, [[bob, "editor"]]);
    await makeTasks(anns, server, project, [["Moor", "todo"]]);
    const [mover, watcher] = [await anns.openWindow(project.path), await bobs.openWindow(project.path)];
    for (const page of [mover, watcher]) await expect(card(page, "Moor")).toBeVisible();

    const times: number[] = [];
    for (const state of ["doing", "done", "todo", "doing", "done", "todo"] as const) {
      await lookOutFor(watcher, state, "Moor");
      const done = await choose(mover, "Moor", state);
      times.push((await seenAt(watcher)) - done);
      await expect(titlesIn(watcher, state)).toHaveText(["Moor"]);
      await expect(titlesIn(mover, state)).toHaveText(["Moor"]);
    }
    // The first ones compile what the later ones run.
    const settled = times.slice(2).toSorted((a, b) => a - b);
    const median = settled[Math.floor(settled.length / 2)] ?? Number.NaN;
    testInfo.annotations.push({ type: "time to seen", description: `median ${median} ms of ${times.join(", ")} ms` });
    console.log(`time to seen: median ${median} ms of ${times.join(", ")} ms`);
    // The figure is what counts; a machine that does other things is no failure.
    expect(median).toBeLessThan(1000);
  },
);

test("who is removed from a project sees its rows go at once, and nothing of it comes after", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, [["Moor", "todo"]]);
  const members = await anns.openWindow(`${project.path}/members`);
  const [board, list, all] = [
    await bobs.openWindow(project.path),
    await bobs.openWindow(`${project.path}/list`),
    await bobs.openWindow("/projects"),
  ];
  await expect(card(board, "Moor")).toBeVisible();
  await expect(list.getByRole("link", { name: "Moor" })).toBeVisible();
  await expect(all.getByRole("link", { name: "Harbour" })).toBeVisible();

  await members.getByRole("button", { name: `Remove ${bob.username}` }).click();
  await members.getByRole("button", { name: "Remove", exact: true }).click();

  for (const page of [board, list]) {
    await expect(page.getByRole("heading", { name: "You are no longer in this project" })).toBeVisible(atOnce);
    await expect(page.getByText("Moor")).toHaveCount(0);
  }
  await expect(all.getByText("No projects yet")).toBeVisible(atOnce);
  await expect(members.getByRole("listitem").filter({ hasText: bob.username })).toHaveCount(0);

  const late = await bobs.context.newPage();
  const sockets = watchSockets(late);
  await late.goto(project.path);
  await expect(late.getByRole("heading", { name: "This project is not here" })).toBeVisible();
  await makeTasks(anns, server, project, [["For members", "doing"]]);
  // What comes after is by then there, had it been sent.
  await call(bobs.context, server, "project.create", { name: "Bob's own" });
  await expect(all.getByRole("link", { name: "Bob's own" })).toBeVisible();
  expect(sockets.received.join("\n")).not.toMatch(/For members|Moor/);
});

test("an address that names no project says so, as that of a project which is not there does", async ({
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  for (const id of ["not-an-id", "not-an-id/list", "01920000-0000-7000-8000-000000000000"]) {
    const page = await anns.openWindow(`/projects/${id}`);
    await expect(page.getByRole("heading", { name: "This project is not here" })).toBeVisible();
  }
});

test("an editor who becomes a viewer sees the buttons go, and has them back as an editor", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  await makeTasks(anns, server, project, [["Moor", "todo"]]);
  const members = await anns.openWindow(`${project.path}/members`);
  const [board, list] = [await bobs.openWindow(project.path), await bobs.openWindow(`${project.path}/list`)];
  const role = members.getByLabel(`Role of ${bob.username}`);
  const [actions, create] = [
    board.getByRole("button", { name: "Actions for “Moor”" }),
    board.getByRole("button", { name: "New task in To do" }),
  ];
  await expect(actions).toBeVisible();
  await expect(list.getByLabel("State of “Moor”")).toBeVisible();

  await role.selectOption("Viewer");

  await expect(actions).toHaveCount(0, atOnce);
  await expect(create).toHaveCount(0, atOnce);
  await expect(list.getByLabel("State of “Moor”")).toHaveCount(0, atOnce);
  await expect(list.getByRole("button", { name: "New task" })).toHaveCount(0, atOnce);
  await expect(card(board, "Moor")).toBeVisible();
  await expect(card(board, "Moor")).not.toHaveAttribute("draggable", "true");

  await role.selectOption("Editor");
  await expect(actions).toBeVisible(atOnce);
  await expect(create).toBeVisible(atOnce);
});

test("the one manager of a project cannot leave it; of two, one can, and is out at once", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(anns, server, [[bob, "editor"]]);
  const page = await anns.openWindow(`${project.path}/members`);
  await expect(page.getByText("A project needs a manager")).toBeVisible();
  await expect(page.getByRole("button", { name: "Leave the project" })).toHaveCount(0);

  await page.getByLabel(`Role of ${bob.username}`).selectOption("Manager");
  const leave = page.getByRole("button", { name: "Leave the project" });
  await leave.click();
  await page.getByRole("button", { name: "Leave project", exact: true }).click();

  await expect(page.getByText("No projects yet")).toBeVisible();
  const members = await bobs.openWindow(`${project.path}/members`);
  await expect(members.getByRole("listitem").filter({ hasText: "You" })).toHaveCount(1);
  await expect(members.getByText(ann.username)).toHaveCount(0);
});

test("members are added by their exact username, and whom there is not, is said at the field", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  anns.problems.allow(/400/);
  const project = await makeProject(anns, server);
  const page = await anns.openWindow(`${project.path}/members`);
  const projects = await bobs.openWindow("/projects");
  await expect(projects.getByText("No projects yet")).toBeVisible();

  await page.getByLabel("Username").fill("nobody-at-all");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByLabel("Username")).toBeFocused();

  await page.getByLabel("Username").fill(bob.username);
  await page.getByLabel("Role", { exact: true }).selectOption("Viewer");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: bob.username })).toBeVisible();
  await expect(projects.getByRole("link", { name: "Harbour" })).toBeVisible(atOnce);
});

test("a project is made, found, changed and deleted, with its name in the question", async ({
  newAccount,
  newDevice,
}) => {
  const page = await (await newDevice(await newAccount("ann"))).openWindow("/projects");
  await page.getByRole("button", { name: "Create your first project" }).click();
  await page.getByLabel("Name").fill("Tides");
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tides" })).toBeVisible();

  await page.getByRole("button", { name: "Edit project" }).click();
  await page.getByLabel("Name").fill("Tide tables");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Tide tables" })).toBeVisible();

  await page.goto("/projects?search=nothing");
  await expect(page.getByText("No project fits")).toBeVisible();
  await page.getByLabel("Search").fill("tide");
  await page.getByRole("link", { name: "Tide tables" }).click();
  await page.getByRole("button", { name: "Edit project" }).click();
  await page.getByRole("button", { name: "Delete project" }).click();
  await expect(page.getByText("Delete “Tide tables” with all its tasks, for everybody?")).toBeVisible();
  await page.getByRole("button", { name: "Delete project" }).click();
  await expect(page.getByText("“Tide tables” is deleted.")).toBeVisible();
  await expect(page.getByText("No projects yet")).toBeVisible();
});

/** Chooses a column in a task's menu; gives when, by the clock that all windows share. */
async function choose(page: Page, title: string, state: TaskState): Promise<number> {
  await page.evaluate(() => {
    addEventListener("click", () => Object.assign(globalThis, { clickedAt: Date.now() }), { capture: true });
  });
  await chooseFor(page, title, `Move to ${columnNames[state]}`);
  return page.evaluate(() => (globalThis as unknown as { readonly clickedAt: number }).clickedAt);
}

/** From now on, notes the moment a task is in a column of the page. */
async function lookOutFor(page: Page, state: TaskState, title: string): Promise<void> {
  const region = await column(page, state).elementHandle();
  await page.evaluate(
    ([element, wanted]) => {
      const seen = new Promise<number>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!element?.textContent?.includes(wanted)) return;
          observer.disconnect();
          resolve(Date.now());
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      });
      Object.assign(globalThis, { seen });
    },
    [region, title] as const,
  );
}

function seenAt(page: Page): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as { readonly seen: Promise<number> }).seen);
}
