import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView } from "@countersign/rpc/testing";

import { codeOf, outcomeOf, pageOf, rowOf } from "../test/answers.ts";
import { openProject } from "../test/open-project.ts";
import { startApp } from "../test/start-app.ts";

describeDatabases((dialect) => {
  test("whoever makes a project manages it, at once and in their open list", async () => {
    await using started = await startApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const list = await LiveView.open(socket, "project.live");
    await list.until((rows) => rows.length === 0);

    const project = rowOf(await socket.mutate("project.create", { name: " ship ", description: "of oak" }));

    expect(project).toEqual({
      id: project.id,
      version: 1,
      name: "ship",
      description: "of oak",
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
      $can: { update: true, remove: true },
    });
    expect(await list.until((rows) => rows.length === 1)).toEqual([project]);
    expect(pageOf(await socket.query("member.list")).rows).toMatchObject([
      { projectId: project.id, userId: ann.id, username: "ann", name: "", role: "manager" },
    ]);
  });

  test("P5: members read, managers change and remove; to others a project is not there", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { id } = project;
    const answers = async (path: string, input: object) => {
      const asked = [project.outsider, project.viewer, project.editor].map(({ socket }) => socket.mutate(path, input));
      return (await Promise.all(asked)).map(codeOf);
    };

    for (const { socket } of [project.viewer, project.editor]) {
      const [seen] = pageOf(await socket.query("project.list")).rows;
      expect(seen).toMatchObject({ id, $can: { update: false, remove: false } });
    }
    expect(pageOf(await project.outsider.socket.query("project.list"))).toMatchObject({ rows: [], total: 0 });
    expect(codeOf(await project.outsider.socket.query("project.get", { id }))).toBe("NOT_FOUND");
    const refusals = ["NOT_FOUND", "FORBIDDEN", "FORBIDDEN"];
    expect(await answers("project.update", { id, version: 1, name: "mine" })).toEqual(refusals);
    expect(await answers("project.updateMany", { rows: [{ id, version: 1 }], changes: { name: "mine" } })).toEqual(
      refusals,
    );
    expect(await answers("project.remove", { id })).toEqual(refusals);
    expect(await answers("project.removeMany", { rows: [{ id, version: 1 }] })).toEqual(refusals);
    expect(
      rowOf(await project.manager.socket.mutate("project.update", { id, version: 1, name: "boat" })),
    ).toMatchObject({ name: "boat", version: 2 });
  });

  test("CRU-07: superusers see the projects they are members of, like everybody", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    await app.db.update(app.db.tables.users).set({ isSuperuser: true });

    await using socket = await (await project.outsider.user.signInAgain()).open();
    expect(pageOf(await socket.query("project.list"))).toMatchObject({ rows: [], total: 0 });
    for (const path of ["task.list", "member.list", "attachment.list", "note.list"]) {
      expect(pageOf(await socket.query(path))).toMatchObject({ rows: [], total: 0 });
    }
    expect(codeOf(await socket.mutate("project.remove", { id: project.id }))).toBe("NOT_FOUND");
  });

  test("a project that is removed takes all along, at once from every open list", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, viewer } = project;
    rowOf(await manager.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const paths = ["project.live", "member.live", "task.live"];
    const lists = await Promise.all(paths.map((path) => LiveView.open(viewer.socket, path)));
    for (const list of lists) await list.until((rows) => rows.length > 0);

    expect(outcomeOf(await manager.socket.mutate("project.remove", { id: project.id }))).toBe("ok");

    for (const list of lists) await list.until((rows) => rows.length === 0);
    const { projects, projectMembers, tasks } = app.db.tables;
    for (const table of [projects, projectMembers, tasks]) expect(await app.db.$count(table)).toBe(0);
  });

  test("CRU-15, CRU-16: who made it, its id, version and instants are not to be given", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { socket, user } = project.manager;
    for (const extra of [{ createdBy: user.id }, { id: randomUUID() }, { version: 7 }, { createdAt: new Date() }]) {
      expect(outcomeOf(await socket.mutate("project.create", { name: "x", ...extra }))).toBe("INVALID_FIELDS");
      if ("id" in extra || "version" in extra) continue;
      const change = { id: project.id, version: 1, ...extra };
      expect(outcomeOf(await socket.mutate("project.update", change))).toBe("INVALID_FIELDS");
    }
    for (const name of ["", "\u200b", "x".repeat(101), "a\nb", "a\ud800", 7]) {
      expect(outcomeOf(await socket.mutate("project.create", { name }))).toBe("INVALID_FIELDS");
    }
  });

  test("CRU-34: one user makes at most 100 projects, also when many come at once; what others made is not counted", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const common = { name: "old", createdBy: ann.id, version: 1, createdAt: new Date(), updatedAt: new Date() };
    const rows = Array.from({ length: 97 }, () => ({ ...common, id: randomUUID() }));
    await app.db.insert(app.db.tables.projects).values(rows);

    const answers = await Promise.all(Array.from({ length: 20 }, () => socket.mutate("project.create", { name: "x" })));

    expect(answers.map(outcomeOf).toSorted()).toEqual([
      ...Array.from({ length: 17 }, () => "QUOTA_REACHED"),
      ...Array.from({ length: 3 }, () => "ok"),
    ]);
    expect(outcomeOf(await other.mutate("project.create", { name: "x" }))).toBe("ok");
  });
});
