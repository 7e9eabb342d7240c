import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView, type RawFrame, type RawSocket } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

interface Made {
  readonly id: string;
  readonly version: number;
}

const madeBy = (frame: RawFrame) => {
  if (frame.error) throw new Error(JSON.stringify(frame.error));
  return frame.result?.data as Made;
};
const make = async (socket: RawSocket, path: string, input: object) => madeBy(await socket.mutate(path, input));

async function startProject(dialect: Parameters<typeof startCrudApp>[0]) {
  const started = await startCrudApp(dialect);
  const { app } = started;
  const [ann, bob, eve] = [await app.signIn("ann"), await app.signIn("bob"), await app.signIn("eve")];
  const [editor, viewer, stranger] = [await ann.open(), await bob.open(), await eve.open()];
  const project = await make(editor, "project.create", { name: "ship" });
  const { projectMembers } = app.db.tables;
  await app.db.insert(projectMembers).values({ projectId: project.id, userId: bob.id, role: "viewer" });
  const ofBob = eq(projectMembers.userId, bob.id);

  return {
    app,
    bob,
    editor,
    viewer,
    stranger,
    project,
    async setRole(role: string) {
      await app.db.update(projectMembers).set({ role }).where(ofBob);
    },
    async throwOut() {
      await app.db.delete(projectMembers).where(ofBob);
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

const titlesOf = (view: LiveView) => view.rows.map(({ title }) => title);

describeDatabases((dialect) => {
  test("what one member changes is in the other's list, and in nobody else's", async () => {
    await using started = await startProject(dialect);
    const { editor, viewer, stranger, project } = started;
    const seen = await LiveView.open(viewer, "task.live", { filter: { projectId: { eq: project.id } } });
    const unseen = await LiveView.open(stranger, "task.live", { filter: { projectId: { eq: project.id } } });
    await seen.until((rows) => rows.length === 0);
    await unseen.until((rows) => rows.length === 0);

    const task = await make(editor, "task.create", { projectId: project.id, title: "sail" });
    await seen.until((rows) => rows.length === 1);
    expect(seen.rows).toMatchObject([{ id: task.id, title: "sail", $can: { update: false, remove: false } }]);
    await make(editor, "task.update", { id: task.id, version: 1, title: "moor" });
    await seen.until((rows) => rows[0]?.version === 2);
    await make(editor, "task.remove", { id: task.id });
    await seen.until((rows) => rows.length === 0);

    expect(unseen.frames).toEqual([{ type: "list", rows: [], total: 0 }]);
    expect(stranger.texts.join("")).not.toContain(task.id);
  });

  test("P6: a role taken away or given changes the rows and what may be done with them, without asking again", async () => {
    await using started = await startProject(dialect);
    const { editor, viewer, project } = started;
    await make(editor, "task.create", { projectId: project.id, title: "sail" });
    const view = await LiveView.open(viewer, "task.live");
    await view.until((rows) => rows.length === 1);

    await started.setRole("editor");
    await view.until(([row]) => JSON.stringify(row?.["$can"]) === '{"update":true,"remove":true}');
    await started.setRole("viewer");
    await view.until(([row]) => JSON.stringify(row?.["$can"]) === '{"update":false,"remove":false}');
    expect(view.rows).toMatchObject([{ version: 1 }]);
    await started.throwOut();
    await view.until((rows) => rows.length === 0);

    const late = await make(editor, "task.create", { projectId: project.id, title: "for members" });
    await make(editor, "task.update", { id: late.id, version: 1, title: "only" });
    const list = await viewer.query("task.list");
    expect(list.result?.data).toMatchObject({ rows: [] });
    expect(viewer.texts.join("")).not.toContain(late.id);
  });

  test("CRU-12: a row that moves leaves one list and enters the other", async () => {
    await using started = await startProject(dialect);
    const { editor, viewer, project } = started;
    const second = await make(editor, "project.create", { name: "second" });
    const task = await make(editor, "task.create", { projectId: project.id, title: "sail" });
    const from = await LiveView.open(editor, "task.live", { filter: { projectId: { eq: project.id } } });
    const to = await LiveView.open(editor, "task.live", { filter: { projectId: { eq: second.id } } });
    const theirs = await LiveView.open(viewer, "task.live");
    await from.until((rows) => rows.length === 1);
    await to.until((rows) => rows.length === 0);
    await theirs.until((rows) => rows.length === 1);

    await make(editor, "task.update", { id: task.id, version: 1, projectId: second.id });
    await from.until((rows) => rows.length === 0);
    await to.until((rows) => rows.length === 1);
    await theirs.until((rows) => rows.length === 0);
    expect(to.rows).toMatchObject([{ id: task.id, version: 2, projectId: second.id }]);
  });

  test("a page of a longer list follows what enters, leaves and changes places, and the total", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const notes: Made[] = [];
    for (const title of ["c", "e", "a", "g"]) notes.push(await make(socket, "note.create", { title }));
    const view = await LiveView.open(socket, "note.live", { order: { by: "title" }, limit: 2, offset: 1 });
    await view.until((rows) => rows.length === 2);
    expect([titlesOf(view), view.total]).toEqual([["c", "e"], 4]);

    await make(socket, "note.create", { title: "b" });
    await view.until((rows) => rows[0]?.title === "b");
    expect([titlesOf(view), view.total]).toEqual([["b", "c"], 5]);
    await make(socket, "note.remove", { id: notes[0]?.id ?? "" });
    await view.until((rows) => rows[1]?.title === "e");
    expect([titlesOf(view), view.total]).toEqual([["b", "e"], 4]);
    await make(socket, "note.update", { id: notes[2]?.id ?? "", version: 1, title: "z" });
    await view.until((rows) => rows[0]?.title === "e");
    expect(titlesOf(view)).toEqual(["e", "g"]);
    await make(socket, "note.create", { title: "zz" });
    await socket.until(() => view.total === 5);
    expect(view.frames.at(-1)).toEqual({ type: "difference", upsert: [], remove: [], total: 5 });
  });

  test("a list that is resumed says nothing while it is as it was, and starts anew when it is not", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    await make(socket, "note.create", { title: "tea" });
    const view = await LiveView.open(socket, "note.live");
    await view.until((rows) => rows.length === 1);
    const { lastEventId } = view;

    await using second = await ann.open();
    const same = await LiveView.open(second, "note.live", undefined, { lastEventId });
    await second.query("note.list");
    expect(same.frames).toEqual([]);
    await make(socket, "note.create", { title: "milk" });
    await same.until((rows) => rows.length > 0);
    await using third = await ann.open();
    const gap = await LiveView.open(third, "note.live", undefined, { lastEventId });
    await gap.until((rows) => rows.length === 2);
  });

  test("subscribers who may see the same share one reading; others have their own", async () => {
    await using started = await startProject(dialect);
    const { app, editor, viewer, project } = started;
    const views = [];
    for (const socket of [editor, viewer]) {
      for (let index = 0; index < 5; index += 1) views.push(await LiveView.open(socket, "task.live"));
    }
    for (const view of views) await view.until((rows) => rows.length === 0);

    let reads = 0;
    const { select } = app.db;
    app.db.select = ((...columns: Parameters<typeof select>) => {
      if (columns[0] && "title" in columns[0]) reads += 1;
      return select.apply(app.db, columns);
    }) as typeof select;
    const readsOf: number[] = [];
    for (let count = 1; count <= 5; count += 1) {
      reads = 0;
      await make(editor, "task.create", { projectId: project.id, title: "sail" });
      for (const view of views) await view.until((rows) => rows.length === count);
      readsOf.push(reads);
    }
    app.db.select = select;
    // One for those who edit, one for those who look. Of the first ones there may be more: what was written by hand before, and
    // what goes by a clock, is told when it is told.
    expect(Math.min(...readsOf)).toBe(2);
  });
});
