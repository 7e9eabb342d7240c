import { randomUUID } from "node:crypto";

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { codeOf, pageOf, rowOf } from "../test/answers.ts";
import { type OpenProject, openProject } from "../test/open-project.ts";
import { fetchFile, sendFile } from "../test/send-file.ts";
import { startApp, type StartedApp } from "../test/start-app.ts";

/** A task of the project, by its id. */
async function addTask({ manager, id: projectId }: OpenProject): Promise<string> {
  return rowOf(await manager.socket.mutate("task.create", { projectId, title: "sail" })).id;
}

/** Waits for what is done after the answer. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await holds()); tries += 1) {
    if (tries > 200) throw new Error("It did not come to hold in time.");
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function countStored(started: StartedApp): Promise<number> {
  return (await started.stored()).length;
}

describeDatabases((dialect) => {
  test("W6: editors and managers attach files, viewers read them, to an outsider there is neither task nor file", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { manager, editor, viewer, outsider } = project;
    const taskId = await addTask(project);

    const { row } = await sendFile(app, editor, { taskId, name: "route.txt", body: "north" });
    expect(row).toMatchObject({ projectId: project.id, taskId, name: "route.txt", type: "text/plain", size: 5 });
    expect(row).toMatchObject({ uploadedBy: editor.user.id, version: 1, $can: { remove: true } });
    expect(JSON.stringify(row)).not.toMatch(/digest|storageKey|storage_key/);
    expect((await sendFile(app, manager, { taskId })).status).toBe(200);
    expect((await sendFile(app, viewer, { taskId })).error).toMatchObject({ code: "FORBIDDEN" });
    const asOutsider = await sendFile(app, outsider, { taskId });
    expect(asOutsider).toEqual(await sendFile(app, outsider, { taskId: randomUUID() }));
    expect(asOutsider.error).toMatchObject({ code: "NOT_FOUND" });
    expect(await countStored(started)).toBe(2);

    const id = row?.id ?? "";
    for (const person of [manager, editor, viewer]) {
      expect(await (await fetchFile(app, person, id)).text()).toBe("north");
    }
    expect((await fetchFile(app, outsider, id)).status).toBe(404);
    expect(pageOf(await viewer.socket.query("attachment.list", { filter: { taskId: { eq: taskId } } })).total).toBe(2);
    expect(pageOf(await outsider.socket.query("attachment.list")).total).toBe(0);
    expect(codeOf(await viewer.socket.mutate("attachment.remove", { id }))).toBe("FORBIDDEN");
    expect(codeOf(await outsider.socket.mutate("attachment.remove", { id }))).toBe("NOT_FOUND");
    expect(await countStored(started)).toBe(2);
  });

  test("W6: a file that has come is on the lists that are open", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const taskId = await addTask(project);
    const list = await project.viewer.socket.subscribe("attachment.live", { filter: { taskId: { eq: taskId } } });
    await project.viewer.socket.until(() => project.viewer.socket.dataOf(list).length === 1);

    const { row } = await sendFile(started.app, project.editor, { taskId });

    await project.viewer.socket.until(() => project.viewer.socket.dataOf(list).length === 2);
    expect(JSON.stringify(project.viewer.socket.dataOf(list)[1])).toContain(row?.id);
  });

  test("W6: to a task in the bin, and with a role that is lost meanwhile, nothing is attached", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, manager } = project;
    const taskId = await addTask(project);
    await editor.socket.mutate("task.remove", { id: taskId });
    expect((await sendFile(started.app, editor, { taskId })).error).toMatchObject({ code: "NOT_FOUND" });
    await editor.socket.mutate("task.restore", { id: taskId });
    expect((await sendFile(started.app, editor, { taskId })).status).toBe(200);

    const member = rowOf(await manager.socket.query("member.get", { id: editor.memberId }));
    const viewer = { id: member.id, version: member.version, role: "viewer" };
    expect(await manager.socket.mutate("member.update", viewer)).toHaveProperty("result");
    expect((await sendFile(started.app, editor, { taskId })).error).toMatchObject({ code: "FORBIDDEN" });
    expect(await countStored(started)).toBe(1);
  });

  test("P6: an editor who is made a viewer in the middle of an upload is told so, and nothing is kept", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, manager } = project;
    const taskId = await addTask(project);
    let goOn = () => {};
    const more = new Promise<void>((resolve) => (goOn = resolve));
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from("the beginning"));
        await more;
        controller.close();
      },
    });
    const input = encodeURIComponent(JSON.stringify({ taskId, name: "long.txt" }));
    const { url } = started.app;
    const headers = { origin: url, cookie: editor.user.cookie, "content-type": "application/octet-stream" };
    const request = { method: "POST", headers: { ...headers, "file-input": input }, body, duplex: "half" } as const;
    const answer = fetch(`${url}/files/attachment.upload`, request);
    await until(async () => (await countStored(started)) === 1);

    const member = rowOf(await manager.socket.query("member.get", { id: editor.memberId }));
    await manager.socket.mutate("member.update", { id: member.id, version: member.version, role: "viewer" });

    expect((await answer).status).toBe(403);
    goOn();
    await until(async () => (await countStored(started)) === 0);
  });

  test("W6: what is removed leaves no file: an attachment, and a project with all that is in it", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const { editor, manager } = project;
    const [taskId, other] = [await addTask(project), await addTask(project)];
    const rows = [];
    for (const task of [taskId, taskId, other]) rows.push((await sendFile(started.app, editor, { taskId: task })).row);
    expect(await countStored(started)).toBe(3);

    expect(await editor.socket.mutate("attachment.remove", { id: rows[0]?.id })).toHaveProperty("result");
    await until(async () => (await countStored(started)) === 2);
    expect((await fetchFile(started.app, editor, rows[0]?.id ?? "")).status).toBe(404);

    expect(await manager.socket.mutate("project.remove", { id: project.id })).toHaveProperty("result");
    await until(async () => (await countStored(started)) === 0);
    await until(async () => (await started.app.db.$count(started.app.db.tables.storedFiles)) === 0);
  });

  test("W6: a deleted account leaves the files of projects that others are in, and takes those of its own along", async () => {
    await using started = await startApp(dialect);
    const { app } = started;
    await using project = await openProject(app);
    const { editor, outsider } = project;
    const shared = (await sendFile(app, editor, { taskId: await addTask(project) })).row?.id ?? "";
    const alone = rowOf(await outsider.socket.mutate("project.create", { name: "alone" })).id;
    const task = rowOf(await outsider.socket.mutate("task.create", { projectId: alone, title: "row" })).id;
    expect((await sendFile(app, outsider, { taskId: task })).status).toBe(200);

    for (const { user } of [editor, outsider]) {
      expect((await app.http("account.delete", { input: {}, cookie: user.cookie })).status).toBe(200);
    }
    await app.app.services.files?.sweep();

    expect(await countStored(started)).toBe(1);
    expect((await fetchFile(app, project.manager, shared)).status).toBe(200);
    const { attachments } = app.db.tables;
    const [left] = await app.db.select().from(attachments).where(eq(attachments.id, shared));
    expect(left?.uploadedBy).toBeNull();
  });

  test("W6: the room of a user and of a project holds to the byte, also when several files come at once", async () => {
    await using started = await startApp(dialect, {
      settings: { UPLOAD_BYTES_PER_USER: 20, UPLOAD_BYTES_PER_PROJECT: 30 },
    });
    const { app } = started;
    await using project = await openProject(app);
    const taskId = await addTask(project);
    const send = (person: OpenProject["editor"], bytes: number) =>
      sendFile(app, person, { taskId, body: "x".repeat(bytes) });

    expect((await send(project.editor, 21)).error).toMatchObject({ code: "FORBIDDEN", reason: "QUOTA_REACHED" });
    const both = await Promise.all([send(project.editor, 11), send(project.editor, 11)]);
    expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 403]);
    expect((await send(project.editor, 9)).status).toBe(200);
    expect((await send(project.editor, 1)).error).toMatchObject({ reason: "QUOTA_REACHED" });

    expect((await send(project.manager, 11)).error).toMatchObject({ reason: "QUOTA_REACHED" });
    expect((await send(project.manager, 10)).status).toBe(200);
    expect(await countStored(started)).toBe(3);
  });

  test("W6: the same file sent twice with one key is attached once", async () => {
    await using started = await startApp(dialect);
    await using project = await openProject(started.app);
    const taskId = await addTask(project);
    const file = { taskId, key: "once-and-only-once" };
    const answers = await Promise.all([1, 2, 3].map(() => sendFile(started.app, project.editor, file)));
    expect(new Set(answers.map(({ row }) => row?.id)).size).toBe(1);
    expect(await countStored(started)).toBe(1);
    // Another user's key is another key.
    expect((await sendFile(started.app, project.manager, file)).row?.id).not.toBe(answers[0]?.row?.id);
  });
});
