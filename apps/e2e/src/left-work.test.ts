import { expect } from "@playwright/test";

import { test } from "@app/browser";

import { holdSocket } from "./held-socket.ts";
import { card, makeProject, makeTasks } from "./project-actions.ts";

test("what was written in a task and left is marked on its card; whoever is removed from the project keeps it, to be copied", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const [ann, bob] = [await newAccount("ann"), await newAccount("bob")];
  const [anns, bobs] = [await newDevice(ann), await newDevice(bob)];
  const project = await makeProject(bobs, server, [[ann, "editor"]]);
  await makeTasks(bobs, server, project, [
    ["Moor", "todo"],
    ["Sail", "todo"],
  ]);
  const page = await anns.openWindow(project.path);
  await anns.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("link", { name: "Moor" }).click();
  await page.getByRole("dialog").getByLabel("Description").fill("With two lines.");
  await page.goBack();
  await expect(card(page, "Moor").getByText("Not saved")).toBeVisible();
  await expect(card(page, "Sail").getByText("Not saved")).toHaveCount(0);
  await page.getByRole("link", { name: "List", exact: true }).click();
  await expect(page.getByRole("listitem").filter({ hasText: "Moor" }).getByText("Not saved")).toBeVisible();

  // Leaving asks, and says what would be lost.
  await page.getByRole("link", { name: "Members", exact: true }).click();
  await page.getByRole("button", { name: "Leave the project" }).click();
  await expect(page.getByText(/will be lost/)).toBeVisible();
  await page.keyboard.press("Escape");

  const bobsPage = await bobs.openWindow(`${project.path}/members`);
  await bobsPage.getByRole("button", { name: `Remove ${ann.username}` }).click();
  await bobsPage.getByRole("button", { name: "Remove", exact: true }).last().click();

  await expect(page.getByRole("heading", { name: "You are no longer in this project" })).toBeVisible();
  await expect(page.getByText("With two lines.")).toBeVisible();
  await expect(page.getByRole("heading", { name: "Sail" })).toHaveCount(0);
  await page.getByRole("button", { name: "Copy" }).click();
  await expect(page.getByText("Copied.")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("Moor\n\nWith two lines.");
  await page.getByRole("button", { name: "Discard" }).click();
  await expect(page.getByText("With two lines.")).toHaveCount(0);
});

test("a task that the board or the list shows can be opened and written in while no answer comes", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, [["Moor", "todo"]]);
  for (const path of [project.path, `${project.path}/list`]) {
    const page = await anns.context.newPage();
    const socket = await holdSocket(page);
    await page.goto(path);
    await expect(page.getByRole("link", { name: "Moor" })).toBeVisible();
    socket.hold();
    await page.getByRole("link", { name: "Moor" }).click();
    await expect(page.getByRole("dialog", { name: "Moor" }).getByLabel("Title")).toHaveValue("Moor");
    socket.release();
    await page.close();
  }
});

test("the window is called after the part of the project, and after the task that is open", async ({
  server,
  newAccount,
  newDevice,
}) => {
  const anns = await newDevice(await newAccount("ann"));
  const project = await makeProject(anns, server);
  await makeTasks(anns, server, project, [["Moor", "todo"]]);
  const page = await anns.openWindow(project.path);
  await expect(page).toHaveTitle(/^Board · Harbour/);
  await page.getByRole("link", { name: "Moor" }).click();
  await expect(page).toHaveTitle(/^Moor · Harbour/);
  await page.keyboard.press("Escape");
  await expect(page).toHaveTitle(/^Board · Harbour/);
  for (const part of ["List", "Members", "Bin"]) {
    await page.getByRole("link", { name: part, exact: true }).click();
    await expect(page).toHaveTitle(new RegExp(`^${part} · Harbour`));
  }
});
