import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { membership } from "../scope/membership.ts";
import { crudRouter, procedures, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

const reasonOf = (frame: RawFrame) => frame.error?.data["reason"] ?? "done";
/** More than the notes' lists look through, in the app of these tests. */
const many = 1001;

describeDatabases((dialect) => {
  test("CRU-30: lists that no index leads through are refused to those who may see more rows than may be looked through", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const now = new Date();
    const common = { title: "tea", version: 1, createdAt: now, updatedAt: now };
    const notes = (ownerId: string, count: number) =>
      app.db
        .insert(app.db.tables.notes)
        .values(Array.from({ length: count }, () => ({ ...common, id: crypto.randomUUID(), ownerId })));
    await notes(ann.id, many - 1);
    await notes(bob.id, 1);

    const wide = [{ search: "tea" }, { filter: { isDone: { eq: false } } }, { search: "tea", removed: true }];
    const narrow = [{}, { count: false }, { order: { by: "title" } }, { offset: 20 }];
    for (const input of [...wide, ...narrow]) expect(reasonOf(await socket.query("note.list", input))).toBe("done");
    await notes(ann.id, 1);
    for (const input of wide)
      expect(reasonOf(await socket.query("note.list", input)), JSON.stringify(input)).toBe("LIST_TOO_WIDE");
    for (const input of narrow)
      expect(reasonOf(await socket.query("note.list", input)), JSON.stringify(input)).toBe("done");
    // What others have is not counted.
    for (const input of wide) expect(reasonOf(await other.query("note.list", input))).toBe("done");
  });

  test("CRU-30: what is narrowed to one project is looked through, though its reader sees more elsewhere", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const { tasks, projects, projectMembers } = app.db.tables;
    const [large, small] = [crypto.randomUUID(), crypto.randomUUID()];
    const ids = [large, small];
    await app.db.insert(projects).values(ids.map((id) => ({ id, name: id, version: 1 })));
    await app.db.insert(projectMembers).values(ids.map((projectId) => ({ projectId, userId: ann.id, role: "editor" })));
    const of = (projectId: string, count: number) =>
      Array.from({ length: count }, () => ({
        id: crypto.randomUUID(),
        projectId,
        title: "sail",
        version: 1,
        createdAt: new Date(),
      }));
    await app.db.insert(tasks).values([...of(large, many), ...of(small, 3)]);

    const byProject = { filter: { projectId: { eq: small } }, search: "sail" };
    expect(reasonOf(await socket.query("task.list", byProject))).toBe("done");
    for (const input of [
      { search: "sail" },
      { order: { by: "title" } },
      { filter: { projectId: { eq: large } }, search: "sail" },
    ]) {
      const answer = await socket.query("task.list", input);
      expect(reasonOf(answer), JSON.stringify(input)).toBe("LIST_TOO_WIDE");
      expect(answer.error?.message).toContain("Filter by projectId");
    }
    const open = await socket.call("subscription", "task.live", { search: "sail" });
    const id = Number(open.id);
    expect(await socket.until((frame) => frame.id === id && frame.error !== undefined)).toMatchObject({
      error: { data: { reason: "LIST_TOO_WIDE" } },
    });
  });

  test("CRU-30: so is a list in its own order over several scopes, where no index is in that order", async () => {
    const router = procedures.router({ task: narrowTasks("state"), led: narrowTasks("createdAt") });
    await using started = await startCrudApp(dialect, { router });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const { tasks, projects, projectMembers } = app.db.tables;
    const ids = [crypto.randomUUID(), crypto.randomUUID()];
    await app.db.insert(projects).values(ids.map((id) => ({ id, name: id, version: 1 })));
    await app.db.insert(projectMembers).values(ids.map((projectId) => ({ projectId, userId: ann.id, role: "editor" })));
    const add = (projectId: string) =>
      app.db
        .insert(tasks)
        .values({ id: crypto.randomUUID(), projectId, title: "sail", version: 1, createdAt: new Date() });
    for (const id of [...ids, ...ids]) await add(id);

    for (const input of [{}, { order: { by: "state" } }, { count: false }])
      expect(reasonOf(await socket.query("task.list", input)), JSON.stringify(input)).toBe("done");
    await add(ids[0] ?? "");
    for (const input of [{}, { order: { by: "state" } }, { count: false }])
      expect(reasonOf(await socket.query("task.list", input)), JSON.stringify(input)).toBe("LIST_TOO_WIDE");
    expect(reasonOf(await socket.query("task.list", { filter: { projectId: { eq: ids[0] } } }))).toBe("done");
    expect(reasonOf(await socket.query("led.list"))).toBe("done");
  });
});

/** Tasks of a member's projects, in an order of their own; four may be looked through. */
function narrowTasks(by: "state" | "createdAt") {
  const members = { members: "projectMembers", key: "projectId", user: "userId", role: "role" } as const;
  return crudRouter({
    table: "tasks",
    scope: membership<Tables, Tables["tasks"]>({ of: "projectId", ...members, roles: { read: ["editor"] } }),
    fields: { title: true },
    show: ["state", "createdAt"],
    filters: { projectId: ["eq"] },
    order: { by: [by], direction: "asc" },
    page: { mostSearched: 4 },
    without: ["create"],
  });
}
