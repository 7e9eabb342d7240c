import { eq, getTableColumns, getTableName, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { coreTables, type Dialect } from "@countersign/db";
import { LiveView } from "@countersign/rpc/testing";

import { tables } from "./tables.ts";
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

  test("every table of the app that has a version has the trigger that raises it: without, a change made by hand is overwritten", async () => {
    await using started = await startApp(dialect);
    const { db } = started.app;
    const found = await db.select({ name: sql<string>`name` }).from(raisedVersions[dialect.name]);
    const raised = new Set(found.map(({ name }) => name));
    // Write one into a migration as 0002_triggers.sql has them, for both databases.
    expect(versionedTables().filter((name) => !raised.has(name))).toEqual([]);
    expect(versionedTables()).toContain("tasks");
    // And those are not simply all there are.
    expect(raised.has("idempotency_keys")).toBe(false);
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

/** The tables whose versions rise by a trigger, as the databases tell of them. */
const raisedVersions: Readonly<Record<Dialect, ReturnType<typeof sql>>> = {
  sqlite: sql`(select tbl_name as name from sqlite_master where type = 'trigger'
    and sql like '%AFTER UPDATE ON ' || tbl_name || ' WHEN NEW.version = OLD.version%') as raised`,
  postgres: sql`(select relname as name from pg_trigger join pg_class on pg_class.oid = tgrelid join pg_proc on pg_proc.oid = tgfoid
    where proname = 'app_version' and tgenabled <> 'D' and relnamespace = current_schema()::regnamespace) as raised`,
};

function versionedTables(): readonly string[] {
  const core = new Set(Object.keys(coreTables.postgres));
  return Object.entries(tables.postgres)
    .filter(([name, table]) => !core.has(name) && Object.hasOwn(getTableColumns(table), "version"))
    .map(([, table]) => getTableName(table));
}
