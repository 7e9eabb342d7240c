import { randomUUID } from "node:crypto";

import { and, eq, isNotNull } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView } from "@countersign/rpc/testing";

import { codeOf, outcomeOf, pageOf, rowOf } from "../test/answers.ts";
import { openProject } from "../test/open-project.ts";
import { startApp } from "../test/start-app.ts";

describeDatabases((dialect) => {
  test("an editor makes a task, which goes to the end of its column; exactly these fields are sent", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor } = project;
    const make = async (input: object) =>
      rowOf(await editor.socket.mutate("task.create", { projectId: project.id, title: "x", ...input }));

    const first = await make({
      title: " sail ",
      assigneeId: project.viewer.user.id,
      dueAt: "2027-01-01T00:00:00+02:00",
    });

    expect(first).toEqual({
      id: first.id,
      version: 1,
      projectId: project.id,
      title: "sail",
      body: "",
      state: "todo",
      rank: 0,
      assigneeId: project.viewer.user.id,
      dueAt: "2026-12-31T22:00:00.000Z",
      createdBy: editor.user.id,
      removedAt: null,
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
      $can: { update: true, remove: true },
    });
    const [second, other, third] = [await make({}), await make({ state: "doing" }), await make({})];
    expect([second.rank, other.rank, third.rank]).toEqual([2 ** 32, 0, 2 * 2 ** 32]);
    expect((await make({ rank: 7 })).rank).toBe(7);
    const filter = { projectId: { eq: project.id }, state: { eq: "todo" } };
    const { rows } = pageOf(await editor.socket.query("task.list", { filter, order: { by: "rank" } }));
    expect(rows.map(({ rank }) => rank)).toEqual([0, 7, 2 ** 32, 2 * 2 ** 32]);
  });

  test("P5, CRU-02: viewers read, editors write; to others neither task nor project is there, whatever is asked", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { manager, editor, viewer, outsider } = project;
    const task = rowOf(await editor.socket.mutate("task.create", { projectId: project.id, title: "secret" }));
    const { id } = task;
    const calls: ["query" | "mutation", string, object][] = [
      ["mutation", "task.create", { projectId: project.id, title: "x" }],
      ["mutation", "task.update", { id, version: 1, title: "mine" }],
      ["mutation", "task.updateMany", { rows: [{ id, version: 1 }], changes: { state: "done" } }],
      ["mutation", "task.remove", { id }],
      ["mutation", "task.removeMany", { rows: [{ id, version: 1 }] }],
    ];
    for (const [type, path, input] of calls) {
      expect(codeOf(await viewer.socket.call(type, path, input)), path).toBe("FORBIDDEN");
      const theirs = await outsider.socket.call(type, path, input);
      const named = JSON.stringify(input).replaceAll(id, randomUUID()).replaceAll(project.id, randomUUID());
      const nobodys = await outsider.socket.call(type, path, JSON.parse(named));
      expect(codeOf(theirs), path).toBe("NOT_FOUND");
      expect({ ...theirs.error?.data, rowId: 0 }).toEqual({ ...nobodys.error?.data, rowId: 0 });
    }
    expect(codeOf(await outsider.socket.query("task.get", { id }))).toBe("NOT_FOUND");
    for (const input of [
      undefined,
      { search: "secret" },
      { filter: { projectId: { eq: project.id } } },
      { removed: true },
    ]) {
      expect(pageOf(await outsider.socket.query("task.list", input))).toEqual({ rows: [], nextCursor: null, total: 0 });
    }
    for (const { socket } of [manager, viewer]) {
      expect(rowOf(await socket.query("task.get", { id }))).toMatchObject({ title: "secret", version: 1 });
    }
  });

  test("a task goes to members of its project only, also when they stop being one at that moment", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor, outsider, viewer } = project;
    const { tasks } = app.db.tables;
    const give = (assigneeId: unknown) => ({ projectId: project.id, title: "sail", assigneeId });
    for (const nobody of [outsider.user.id, randomUUID()]) {
      const { error } = await editor.socket.mutate("task.create", give(nobody));
      expect(error?.data).toMatchObject({ reason: "INVALID_FIELDS", fields: { assigneeId: [expect.any(String)] } });
    }
    for (const bad of ["", 7, [], "1 OR 1=1"]) {
      expect(outcomeOf(await editor.socket.mutate("task.create", give(bad)))).toBe("INVALID_FIELDS");
    }
    const task = rowOf(await editor.socket.mutate("task.create", give(null)));
    const toOutsider = { id: task.id, version: 1, assigneeId: outsider.user.id };
    expect(outcomeOf(await editor.socket.mutate("task.update", toOutsider))).toBe("INVALID_FIELDS");
    const mine = rowOf(await editor.socket.mutate("task.update", { ...toOutsider, assigneeId: editor.user.id }));
    expect(mine).toMatchObject({ assigneeId: editor.user.id, version: 2 });

    const many = await Promise.all(Array.from({ length: 10 }, () => editor.socket.mutate("task.create", give(null))));
    await Promise.all([
      ...many.map((frame) =>
        editor.socket.mutate("task.update", { id: rowOf(frame).id, version: 1, assigneeId: viewer.user.id }),
      ),
      manager.socket.mutate("member.remove", { id: viewer.memberId }),
    ]);
    expect(pageOf(await manager.socket.query("member.list")).total).toBe(2);
    const isTheirs = and(isNotNull(tasks.assigneeId), eq(tasks.assigneeId, viewer.user.id));
    expect(await app.db.$count(tasks, isTheirs)).toBe(0);
  });

  test("to move a task is to change its state and rank: the others see it in its new place", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, viewer } = project;
    const make = async (title: string) =>
      rowOf(await editor.socket.mutate("task.create", { projectId: project.id, title }));
    const [a, b, c] = [await make("a"), await make("b"), await make("c")];
    const asked = (state: string) => ({
      filter: { projectId: { eq: project.id }, state: { eq: state } },
      order: { by: "rank" },
    });
    const todo = await LiveView.open(viewer.socket, "task.live", asked("todo"));
    const done = await LiveView.open(viewer.socket, "task.live", asked("done"));
    const titles = (list: LiveView) => list.rows.map(({ title }) => title).join("");
    await todo.until(() => titles(todo) === "abc");

    const between = { id: c.id, version: 1, rank: 2 ** 31 };
    expect(outcomeOf(await editor.socket.mutate("task.update", between))).toBe("ok");
    await todo.until(() => titles(todo) === "acb");
    expect(outcomeOf(await editor.socket.mutate("task.update", { id: a.id, version: 1, state: "done", rank: 5 }))).toBe(
      "ok",
    );
    await todo.until(() => titles(todo) === "cb");
    await done.until(() => titles(done) === "a");
    expect(codeOf(await editor.socket.mutate("task.update", { id: a.id, version: 1, state: "todo" }))).toBe("CONFLICT");
    const refused = [{ state: "later" }, { rank: 0.5 }, { rank: 2 ** 53 }, { rank: "1" }, { projectId: randomUUID() }];
    for (const change of refused) {
      const answer = await editor.socket.mutate("task.update", { id: b.id, version: 1, ...change });
      expect(outcomeOf(answer), JSON.stringify(change)).toBe("INVALID_FIELDS");
    }
  });

  test("a task that is removed is in the bin, for members alone, until it is restored", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, viewer, outsider } = project;
    const { id } = rowOf(await editor.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const list = await LiveView.open(viewer.socket, "task.live");
    const bin = await LiveView.open(viewer.socket, "task.live", { removed: true });
    await list.until((rows) => rows.length === 1);

    expect(outcomeOf(await editor.socket.mutate("task.remove", { id, version: 1 }))).toBe("ok");

    await list.until((rows) => rows.length === 0);
    await bin.until(([row]) => typeof row?.["removedAt"] === "string");
    expect(codeOf(await viewer.socket.mutate("task.restore", { id }))).toBe("FORBIDDEN");
    expect(outcomeOf(await editor.socket.mutate("task.restore", { id, version: 1 }))).toBe("VERSION_CONFLICT");
    expect(codeOf(await outsider.socket.mutate("task.restore", { id }))).toBe("NOT_FOUND");
    expect(codeOf(await editor.socket.mutate("task.update", { id, version: 2, title: "x" }))).toBe("NOT_FOUND");
    expect(rowOf(await editor.socket.mutate("task.restore", { id }))).toMatchObject({ version: 3, removedAt: null });
    await list.until((rows) => rows.length === 1);
    await bin.until((rows) => rows.length === 0);
  });

  test("tasks are found by text, person, state and day, in each order, and by nothing else", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, viewer } = project;
    const days = ["2027-03-01T00:00:00Z", null, "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"];
    for (const [index, dueAt] of days.entries()) {
      const assigneeId = index === 1 ? viewer.user.id : null;
      const input = { projectId: project.id, title: `task ${index}`, body: `Tau ${index}0%`, dueAt, assigneeId };
      rowOf(await editor.socket.mutate("task.create", { ...input, state: index === 3 ? "done" : "todo" }));
    }
    const found = async (input: object) =>
      pageOf(await viewer.socket.query("task.list", input))
        .rows.map(({ title }) => String(title).slice(5))
        .join("");

    expect(await found({ search: "TASK 2" })).toBe("2");
    expect(await found({ search: "10%" })).toBe("1");
    expect(await found({ filter: { assigneeId: { eq: viewer.user.id } } })).toBe("1");
    expect(await found({ filter: { assigneeId: { isNull: true } }, order: { by: "title" } })).toBe("023");
    expect(await found({ filter: { state: { in: ["done"] } } })).toBe("3");
    const inFebruary = { gte: "2027-02-01T00:00:00Z", lt: "2027-03-01T00:00:00Z" };
    expect(await found({ filter: { dueAt: inFebruary } })).toBe("3");
    expect(await found({ order: { by: "dueAt" } })).toBe("2301");
    expect(await found({ order: { by: "dueAt", direction: "desc" } })).toBe("0321");
    expect(await found({ order: { by: "createdAt", direction: "desc" } })).toBe("3210");
    for (const input of [
      { order: { by: "assigneeId" } },
      { filter: { createdBy: { eq: viewer.user.id } } },
      { filter: { title: { contains: "x" } } },
      { filter: { OR: [] } },
    ]) {
      expect(outcomeOf(await viewer.socket.query("task.list", input)), JSON.stringify(input)).toBe("INVALID_FIELDS");
    }
  });
});
