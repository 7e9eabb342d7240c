import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView } from "@countersign/rpc/testing";

import { rowOf } from "./test/answers.ts";
import { attachByHand } from "./test/attach-by-hand.ts";
import { openProject } from "./test/open-project.ts";
import { startApp } from "./test/start-app.ts";

describeDatabases((dialect) => {
  test("a row's version rises with every change, whoever makes it, and never twice for one; open lists follow", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { socket, user } = project.manager;
    rowOf(await socket.mutate("note.create", { title: "tea", body: "" }));
    const task = rowOf(await socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    await attachByHand(app, { projectId: project.id, taskId: task.id, uploadedBy: user.id });
    const { notes, projects, projectMembers, tasks, attachments } = app.db.tables;

    for (const [path, column, change] of [
      ["note.live", "title", () => app.db.update(notes).set({ title: "by hand" })],
      ["project.live", "name", () => app.db.update(projects).set({ name: "by hand" })],
      ["member.live", "role", () => app.db.update(projectMembers).set({ role: "manager" })],
      ["task.live", "title", () => app.db.update(tasks).set({ title: "by hand" })],
      ["attachment.live", "name", () => app.db.update(attachments).set({ name: "by hand" })],
    ] as const) {
      const list = await LiveView.open(socket, path);
      await list.until((rows) => rows.length > 0);
      expect(new Set(list.rows.map(({ version }) => version)), path).toEqual(new Set([1]));
      await change();
      const rows = await list.until((shown) => shown.every(({ version }) => version === 2));
      expect(new Set(rows.map((row) => row[column])).size, path).toBe(1);
    }

    const kept = await app.db.update(tasks).set({ title: "x", version: 7 }).where(eq(tasks.id, task.id)).returning();
    expect(kept).toMatchObject([{ version: 7 }]);
  });

  test("a member who takes another name has it in the open lists of the others", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const list = await LiveView.open(project.manager.socket, "member.live");
    await list.until((rows) => rows.length === 3);

    const names = { firstName: "Edna", lastName: "Krabappel" };
    expect(await project.editor.socket.mutate("account.updateProfile", names)).toHaveProperty("result");

    const rows = await list.until((shown) => shown.some(({ name }) => name === "Edna Krabappel"));
    expect(rows.filter(({ version }) => version > 1).map(({ id }) => id)).toEqual([project.editor.memberId]);
  });
});
