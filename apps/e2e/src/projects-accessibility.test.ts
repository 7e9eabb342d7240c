import { expect, type Page } from "@playwright/test";

import { type Device, expectAccessible, test } from "@app/browser";

import { call, makeProject, makeTasks, type Project } from "./project-actions.ts";

// axe takes a second for each of many pages.
test.beforeEach(() => test.setTimeout(120_000));

const longTitle = "A title that is rather long and has averyveryverylongwordinitthatcannotbebrokenanywhere";

const languages = {
  en: {
    edit: "Edit project",
    menu: /^Actions for “Moor/,
    newTask: /^New task in/,
    save: "Save",
    newProject: "New project",
  },
  ar: {
    edit: "تعديل المشروع",
    menu: /^إجراءات .*Moor/,
    newTask: /^مهمة جديدة في/,
    save: "حفظ",
    newProject: "مشروع جديد",
  },
} as const;

for (const locale of ["en", "ar"] as const) {
  test(`axe finds nothing on the pages of projects (${locale})`, async ({ server, newAccount, newDevice }) => {
    const device = await newDevice(await newAccount("ann"), { locale });
    const project = await fillProject(device, server);
    await visit(await device.openWindow("/projects"), project, languages[locale], expectAccessible);
  });

  test(`no page of a project scrolls sideways at 360 pixels (${locale})`, async ({ server, newAccount, newDevice }) => {
    const device = await newDevice(await newAccount("ann"), { viewport: { width: 360, height: 740 }, locale });
    const project = await fillProject(device, server);
    await visit(await device.openWindow("/projects"), project, languages[locale], expectNoSidewaysScroll);
  });
}

/** Opens everything there is of a project, and looks at each. */
async function visit(
  page: Page,
  { path }: Project,
  texts: (typeof languages)["en" | "ar"],
  look: (page: Page) => Promise<void>,
): Promise<void> {
  await expect(page.getByRole("link", { name: "Harbour" })).toBeVisible();
  await look(page);
  await page.getByRole("button", { name: texts.newProject }).click();
  await look(page);

  await page.goto(path);
  await expect(page.getByRole("link", { name: "Moor" })).toBeVisible();
  await look(page);
  await page.getByRole("button", { name: texts.menu }).click();
  await look(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: texts.newTask }).first().click();
  await look(page);
  await page.getByRole("link", { name: "Moor" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: texts.save })).toBeVisible();
  await look(page);
  await dialog.locator("input").first().fill("");
  await dialog.getByRole("button", { name: texts.save }).click();
  await expect(dialog.getByRole("alert")).toBeVisible();
  await look(page);

  await page.goto(path);
  await page.getByRole("button", { name: texts.edit }).click();
  await look(page);
  for (const part of ["/list", "/list?search=nothing", "/members", "/bin"]) {
    await page.goto(path + part);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator(".cs-list, .task-rows, .cs-empty").first()).toBeVisible();
    await look(page);
  }
  await page.goto("/projects/00000000-0000-4000-8000-000000000000");
  await expect(page.locator(".cs-message")).toBeVisible();
  await look(page);
}

async function fillProject(device: Device, server: Parameters<typeof makeProject>[1]): Promise<Project> {
  const project = await makeProject(device, server);
  await makeTasks(device, server, project, [
    ["Moor", "todo"],
    [longTitle, "todo"],
    ["تصميم صفحة الأسعار", "doing"],
  ]);
  const { id } = await call<{ readonly id: string }>(device.context, server, "task.create", {
    projectId: project.id,
    title: longTitle,
    state: "done",
    dueAt: "2020-01-31T00:00:00.000Z",
  });
  await call(device.context, server, "task.remove", { id });
  await call(device.context, server, "task.create", {
    projectId: project.id,
    title: "Late",
    state: "doing",
    dueAt: "2020-01-31T00:00:00.000Z",
  });
  return project;
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    client: document.documentElement.clientWidth,
  }));
  expect(scroll, page.url()).toBeLessThanOrEqual(client);
}
