import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { RawFrame, TestApp } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

/** Tasks a project has room for, in the app of these tests. */
const room = 200;

interface Row {
  readonly id: string;
  readonly version: number;
}

const rowOf = (frame: RawFrame) => frame.result?.data as Row;
const reasonOf = (frame: RawFrame): string => String(frame.error ? frame.error.data["reason"] : "done");

async function fill({ db }: TestApp<Tables>, projectId: string, count: number): Promise<void> {
  const createdAt = new Date();
  const one = () => ({ id: crypto.randomUUID(), projectId, title: "task", version: 1, createdAt });
  await db.insert(db.tables.tasks).values(Array.from({ length: count }, one));
}

describeDatabases((dialect) => {
  test("CRU-34: rows that move to where there is no room stay where they are, one by one and together", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    await using socket = await (await app.signIn("ann")).open();
    const full = rowOf(await socket.mutate("project.create", { name: "full" }));
    const other = rowOf(await socket.mutate("project.create", { name: "other" }));
    await fill(app, full.id, room - 1);
    const tasks = [];
    for (const title of ["a", "b", "c"])
      tasks.push(rowOf(await socket.mutate("task.create", { projectId: other.id, title })));
    const rows = tasks.map(({ id, version }) => ({ id, version }));

    const together = await socket.mutate("task.updateMany", { rows, changes: { projectId: full.id } });
    expect(reasonOf(together)).toBe("QUOTA_REACHED");
    const moves = await Promise.all(rows.map((row) => socket.mutate("task.update", { ...row, projectId: full.id })));
    expect(moves.map(reasonOf).toSorted()).toEqual(["QUOTA_REACHED", "QUOTA_REACHED", "done"]);
    // Within where it is, a full project can be changed.
    const { id } = rowOf(moves.find((answer) => reasonOf(answer) === "done") ?? {});
    expect(reasonOf(await socket.mutate("task.update", { id, version: 2, title: "d" }))).toBe("done");
    expect(reasonOf(await socket.mutate("task.update", { id, version: 3, projectId: full.id }))).toBe("done");
  });

  test("CRU-34: several people who add to one place at once do not go beyond what it holds", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const people = await Promise.all(["ann", "bob", "cat", "dan", "eve", "fay"].map((name) => app.signIn(name)));
    const sockets = await Promise.all(people.map((person) => person.open()));
    const [first] = sockets;
    const project = rowOf((await first?.mutate("project.create", { name: "ship" })) ?? {});
    const { projectMembers } = app.db.tables;
    const members = people.slice(1).map(({ id }) => ({ projectId: project.id, userId: id, role: "editor" }));
    await app.db.insert(projectMembers).values(members);
    await fill(app, project.id, room - 3);

    const answers = await Promise.all(
      sockets.map((socket) => socket.mutate("task.create", { projectId: project.id, title: "sail" })),
    );

    expect(answers.map(reasonOf).toSorted()).toEqual([
      "QUOTA_REACHED",
      "QUOTA_REACHED",
      "QUOTA_REACHED",
      "done",
      "done",
      "done",
    ]);
    expect(await app.db.$count(app.db.tables.tasks)).toBe(room);
    for (const socket of sockets) await socket[Symbol.asyncDispose]();
  });
});
