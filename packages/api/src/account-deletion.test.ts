import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView, type TestUser, type TestApp } from "@countersign/rpc/testing";

import type { Tables } from "./tables.ts";
import { outcomeOf, pageOf, rowOf } from "./test/answers.ts";
import { attachByHand } from "./test/attach-by-hand.ts";
import { addMember, openProject, type Person } from "./test/open-project.ts";
import { startApp } from "./test/start-app.ts";

describeDatabases((dialect) => {
  test("CRU-33: a deleted account takes its notes along, and nobody else's", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using anns = await ann.open();
    await using bobs = await bob.open();
    for (const socket of [anns, anns, bobs]) {
      expect(await socket.mutate("note.create", { title: "tea", body: "" })).toHaveProperty("result");
    }

    await deleteAccount(app, ann);

    expect(await anns.closed).toEqual({ code: 4401, reason: "deleted" });
    const left = await app.db.select().from(app.db.tables.notes);
    expect(left.map(({ ownerId }) => ownerId)).toEqual([bob.id]);
    expect(await bobs.query("note.list")).toHaveProperty("result");
  });

  test("CRU-33: the project of a deleted only manager goes to its longest-standing editor, who sees it at once", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor, viewer } = project;
    const later = await addMember(app, project, "eric", "editor");
    await using _socket = later.socket;
    const projects = await LiveView.open(editor.socket, "project.live");
    const members = await LiveView.open(viewer.socket, "member.live");
    await projects.until(([row]) => row?.$can?.["update"] === false);
    await members.until((rows) => rows.length === 4);

    await deleteAccount(app, manager.user);

    await projects.until(([row]) => row?.$can?.["update"] === true);
    await members.until((rows) => rows.length === 3);
    const roles = pageOf(await viewer.socket.query("member.list")).rows.map(({ username, role }) => [username, role]);
    expect(Object.fromEntries(roles)).toEqual({ edna: "manager", vic: "viewer", eric: "editor" });
    expect(outcomeOf(await editor.socket.mutate("member.remove", { id: viewer.memberId }))).toBe("ok");
  });

  test("CRU-33: without an editor a viewer is next; a project whose last member is deleted goes with all that is in it", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor, viewer, outsider } = project;
    rowOf(await manager.socket.mutate("task.create", { projectId: project.id, title: "sail" }));
    const other = rowOf(await outsider.socket.mutate("project.create", { name: "boat" }));
    const { projects, projectMembers, tasks } = app.db.tables;

    expect(outcomeOf(await manager.socket.mutate("member.remove", { id: editor.memberId }))).toBe("ok");
    await deleteAccount(app, manager.user);
    expect(pageOf(await viewer.socket.query("member.list")).rows).toMatchObject([{ username: "vic", role: "manager" }]);

    await deleteAccount(app, viewer.user);
    expect(await app.db.select({ id: projects.id }).from(projects)).toEqual([{ id: other.id }]);
    expect(await app.db.$count(projectMembers)).toBe(1);
    expect(await app.db.$count(tasks)).toBe(0);
  });

  test("CRU-33: tasks and files stay without the name of who is deleted, and what was theirs to do is nobody's; lists follow", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor } = project;
    const input = { projectId: project.id, title: "sail", assigneeId: editor.user.id };
    const task = rowOf(await editor.socket.mutate("task.create", input));
    expect(task).toMatchObject({ createdBy: editor.user.id, assigneeId: editor.user.id, version: 1 });
    const file = await attachByHand(app, { projectId: project.id, taskId: task.id, uploadedBy: editor.user.id });
    const lists = [
      await LiveView.open(manager.socket, "task.live"),
      await LiveView.open(manager.socket, "attachment.live"),
    ];
    for (const list of lists) await list.until((rows) => rows.length === 1);

    await deleteAccount(app, editor.user);

    await lists[0]?.until(([row]) => row?.["createdBy"] === null && row["assigneeId"] === null);
    await lists[1]?.until(([row]) => row?.["uploadedBy"] === null);
    expect(rowOf(await manager.socket.query("task.get", { id: task.id }))).toMatchObject({
      title: "sail",
      createdBy: null,
    });
    expect(rowOf(await manager.socket.query("attachment.get", { id: file }))).toMatchObject({ uploadedBy: null });
  });

  test("CRU-33: managers who are deleted at once, while others change members, leave projects that somebody manages", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor, viewer } = project;
    const second = await addMember(app, project, "mia", "manager");
    await using _socket = second.socket;
    const { projectMembers } = app.db.tables;
    const others = await Promise.all(["boat", "raft", "dinghy"].map((name) => shareProject(second, manager, name)));

    const answers = await Promise.all([
      app.http("account.delete", { input: {}, cookie: manager.user.cookie }),
      app.http("account.delete", { input: {}, cookie: second.user.cookie }),
      // Their sockets close at some moment: whether there is an answer is open.
      manager.socket.mutate("member.update", { id: second.memberId, version: 1, role: "viewer" }).catch(() => null),
      second.socket.mutate("member.update", { id: manager.memberId, version: 1, role: "viewer" }).catch(() => null),
      viewer.socket.mutate("member.remove", { id: viewer.memberId }),
    ]);

    expect(answers.slice(0, 2).map((answer) => (answer as Response).status)).toEqual([200, 200]);
    const left = await app.db.select().from(projectMembers);
    expect(left).toMatchObject([{ projectId: project.id, userId: editor.user.id, role: "manager" }]);
    expect(await app.db.$count(app.db.tables.projects)).toBe(1);
    expect(others).toHaveLength(3);
  });
});

/** A project that both manage. */
async function shareProject(maker: Person, other: Person, name: string): Promise<string> {
  const { id } = rowOf(await maker.socket.mutate("project.create", { name }));
  const input = { projectId: id, username: "ann", role: "manager" };
  expect(rowOf(await maker.socket.mutate("member.create", input))["userId"]).toBe(other.user.id);
  return id;
}

async function deleteAccount(app: TestApp<Tables>, user: TestUser): Promise<void> {
  expect((await app.http("account.delete", { input: {}, cookie: user.cookie })).status).toBe(200);
}
