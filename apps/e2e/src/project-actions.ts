import { type BrowserContext, expect, type Locator, type Page } from "@playwright/test";

import type { Account, Device } from "@app/browser";
import type { AppServer } from "@app/services";

export type Role = "viewer" | "editor" | "manager";
export type TaskState = "todo" | "doing" | "done";

export const columnNames = { todo: "To do", doing: "Doing", done: "Done" } as const;

/** A project that its maker manages, and those who were added to it. */
export interface Project {
  readonly id: string;
  readonly path: string;
}

/** Calls the server as who is signed in there, past the pages, which other scenes are about. */
export async function call<Answer = unknown>(
  context: BrowserContext,
  server: AppServer,
  procedure: string,
  input: object,
): Promise<Answer> {
  const answer = await context.request.post(`${server.url}/trpc/${procedure}`, {
    headers: { origin: server.url },
    data: input,
  });
  expect(answer.status(), `${procedure}: ${await answer.text()}`).toBe(200);
  const { result } = (await answer.json()) as { readonly result: { readonly data: Answer } };
  return result.data;
}

/** Makes a project with its members. */
export async function makeProject(
  { context }: Device,
  server: AppServer,
  members: readonly (readonly [Account, Role])[] = [],
): Promise<Project> {
  const { id } = await call<Project>(context, server, "project.create", { name: "Harbour", description: "Moorings" });
  for (const [{ username }, role] of members) {
    await call(context, server, "member.create", { projectId: id, username, role });
  }
  return { id, path: `/projects/${id}` };
}

/** Writes tasks down, each at the end of its column. */
export async function makeTasks(
  { context }: Device,
  server: AppServer,
  { id: projectId }: Project,
  tasks: readonly (readonly [title: string, state: TaskState])[],
): Promise<void> {
  for (const [index, [title, state]] of tasks.entries()) {
    await call(context, server, "task.create", { projectId, title, state, rank: index * 2 ** 32 });
  }
}

export function column(page: Page, state: TaskState): Locator {
  return page.getByRole("region", { name: columnNames[state] });
}

/** The titles of a column, from the top. */
export function titlesIn(page: Page, state: TaskState): Locator {
  return column(page, state).getByRole("heading", { level: 3 });
}

/** The card of a task on the board. */
export function card(page: Page, title: string): Locator {
  return page.locator("article").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
}

/** Does something with a task through its menu, as those do who do not drag. */
export async function chooseFor(page: Page, title: string, action: string): Promise<void> {
  await page.getByRole("button", { name: `Actions for “${title}”` }).click();
  await page.getByRole("button", { name: action, exact: true }).click();
}
