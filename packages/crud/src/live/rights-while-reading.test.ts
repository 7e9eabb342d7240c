import { and, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { LiveView } from "@countersign/rpc/testing";

import { anyOf } from "../scope/any-of.ts";
import { membership } from "../scope/membership.ts";
import { unscoped } from "../scope/unscoped.ts";
import { crudRouter, procedures, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

/** Tasks whose rows take as long to be read as a test wants: what it does meanwhile, the readers have not heard of. */
async function startSlow(dialect: TestDialect) {
  const meanwhile: (() => Promise<void>)[] = [];
  const roles = { read: ["viewer"] };
  const task = crudRouter({
    table: "tasks",
    scope: anyOf<Tables, Tables["tasks"]>(
      membership({ of: "projectId", members: "projectMembers", key: "projectId", user: "userId", role: "role", roles }),
      unscoped({ read: "tasks.view_all" }),
    ),
    fields: {},
    without: ["create"],
    async project(rows) {
      await meanwhile.pop()?.();
      return rows.map(({ title }) => ({ title }));
    },
  });
  const started = await startCrudApp(dialect, { router: procedures.router({ task }) });
  const { app } = started;
  const { projects, projectMembers, tasks } = app.db.tables;
  const ann = await app.signIn("ann");
  const socket = await ann.open();
  const projectId = crypto.randomUUID();
  await app.db.insert(projects).values({ id: projectId, name: "ship", version: 1 });
  const add = async (title: string) => {
    await app.db.insert(tasks).values({ id: crypto.randomUUID(), projectId, title, version: 1, createdAt: new Date() });
  };
  return {
    ...started,
    ann,
    socket,
    meanwhile,
    isMember: and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, ann.id)),
    join: () => app.db.insert(projectMembers).values({ projectId, userId: ann.id, role: "viewer" }),
    add,
  };
}

describeDatabases((dialect) => {
  test("CRU-13: what was read under a permission that is gone by the time it is sent, is not sent", async () => {
    await using started = await startSlow(dialect);
    const { app, ann, socket, meanwhile, add } = started;
    await app.auth.rights.grant(ann.id, "tasks.view_all");
    await add("seen");
    const view = await LiveView.open(socket, "task.live");
    await view.until((rows) => rows.length === 1);

    meanwhile.push(async () => void (await app.auth.rights.withdraw(ann.id, "tasks.view_all")));
    await add("secret");
    await view.until((rows) => rows.length === 0);
    expect(meanwhile).toEqual([]);
    expect(socket.texts.join()).not.toContain("secret");
  });

  test("CRU-13: the same where it is a membership that has gone; who has the right still, gets it", async () => {
    await using started = await startSlow(dialect);
    const { app, socket, meanwhile, add, join, isMember } = started;
    await join();
    await add("seen");
    const view = await LiveView.open(socket, "task.live");
    await view.until((rows) => rows.length === 1);
    meanwhile.push(async () => {});
    await add("seen as well");
    await view.until((rows) => rows.length === 2);

    const { projectMembers } = app.db.tables;
    meanwhile.push(async () => void (await app.db.delete(projectMembers).where(isMember)));
    await add("secret");
    await view.until((rows) => rows.length === 0);
    expect(meanwhile).toEqual([]);
    expect(socket.texts.join()).not.toContain("secret");
  });
});
