import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, postgresDialect, type TestDialect } from "@app/services/databases";
import { LiveView, type RawFrame, type RawSocket } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

interface Made {
  readonly id: string;
  readonly version: number;
}

async function make(socket: RawSocket, path: string, input: object): Promise<Made> {
  const { result, error }: RawFrame = await socket.mutate(path, input);
  if (error) throw new Error(JSON.stringify(error));
  return result?.data as Made;
}

const titles = (rows: readonly { readonly [name: string]: unknown }[]) => rows.map(({ title }) => title).join();

/** Ann has a project with two tasks, and a list of them; Eve has one of her own. */
async function startTwoProjects(dialect: TestDialect) {
  const started = await startCrudApp(dialect);
  const { app } = started;
  const [ann, eve] = [await app.signIn("ann"), await app.signIn("eve")];
  const [socket, stranger] = [await ann.open(), await eve.open()];
  const project = await make(socket, "project.create", { name: "ship" });
  const other = await make(stranger, "project.create", { name: "raft" });
  const first = await make(socket, "task.create", { projectId: project.id, title: "sail" });
  await make(socket, "task.create", { projectId: project.id, title: "sail" });
  const foreign = await make(stranger, "task.create", { projectId: other.id, title: "hers" });
  const view = await LiveView.open(socket, "task.live");
  const hers = await LiveView.open(stranger, "task.live");
  await view.until((rows) => rows.length === 2);
  await hers.until((rows) => rows.length === 1);
  return { ...started, ann, eve, socket, stranger, project, first, foreign, view, hers };
}

describeDatabases((dialect) => {
  test("a procedure written by hand: in a transaction or by a single statement, lists follow without a word from it", async () => {
    await using started = await startTwoProjects(dialect);
    const { socket, stranger, view, hers, first } = started;
    await socket.mutate("byHand.renameTasks", { title: "moor" });
    await view.until((rows) => titles(rows) === "moor,moor");
    await hers.until((rows) => titles(rows) === "moor");
    await stranger.mutate("byHand.renameTask", { id: first.id, title: "row" });
    await view.until((rows) => titles(rows) === "row,moor");
    expect(hers.rows).toMatchObject([{ title: "moor" }]);
  });

  test("a list written by hand follows what it says it watches, as crud's lists do", async () => {
    await using started = await startTwoProjects(dialect);
    const { socket, project, first } = started;
    const byHand = await LiveView.open(socket, "byHand.titles", { projectId: project.id });
    await byHand.until((rows) => titles(rows) === "sail,sail");
    await make(socket, "task.update", { id: first.id, version: 1, title: "moor" });
    await byHand.until((rows) => rows.some(({ title }) => title === "moor"));
    await using elsewhere = await started.openElsewhere();
    await elsewhere.update(elsewhere.tables.tasks).set({ title: "by hand" });
    await byHand.until((rows) => titles(rows) === "by hand,by hand");
    expect(byHand.frames.map(({ type }) => type)).toEqual(["list", "difference", "difference"]);
  });

  test("a change of one project's rows wakes no list of another's", async () => {
    await using started = await startTwoProjects(dialect);
    const { app, socket, stranger, view, hers, first } = started;
    const { select } = app.db;
    let reads = 0;
    app.db.select = ((...columns: Parameters<typeof select>) => {
      if (columns[0] && "title" in columns[0]) reads += 1;
      return select.apply(app.db, columns);
    }) as typeof select;
    await make(socket, "task.update", { id: first.id, version: 1, title: "moor" });
    await view.until((rows) => titles(rows) === "moor,sail");
    await stranger.query("task.get", { id: first.id });
    app.db.select = select;
    // Ann's list, and what Eve asked for.
    expect(reads).toBe(2);
    expect(hers.frames).toHaveLength(1);
  });

  test("rows that go with another: the tasks of a removed project leave the lists", async () => {
    await using started = await startTwoProjects(dialect);
    const { socket, view, hers, project } = started;
    await make(socket, "project.remove", { id: project.id });
    await view.until((rows) => rows.length === 0);
    expect(hers.rows).toHaveLength(1);
  });

  test("bulk statements of crud's own: all rows change in one difference", async () => {
    await using started = await startTwoProjects(dialect);
    const { socket, view } = started;
    const rows = view.rows.map(({ id, version }) => ({ id, version }));
    await socket.mutate("task.updateMany", { rows, changes: { title: "moor" } });
    await view.until((shown) => titles(shown) === "moor,moor");
    expect(view.frames).toHaveLength(2);
    await socket.mutate("task.removeMany", { rows: rows.map((row) => ({ ...row, version: 2 })) });
    await view.until((shown) => shown.length === 0);
    expect(view.frames).toHaveLength(3);
  });

  test("another program that writes the database: rows, moves, memberships and bulk statements reach the lists", async () => {
    await using started = await startTwoProjects(dialect);
    const { ann, eve, view, hers, project, foreign, stranger } = started;
    await using elsewhere = await started.openElsewhere();
    const { tasks, projectMembers } = elsewhere.tables;
    await elsewhere.update(tasks).set({ title: "by hand" });
    await view.until((rows) => titles(rows) === "by hand,by hand");
    await hers.until((rows) => titles(rows) === "by hand");

    await elsewhere.transaction(async (tx) => {
      await tx.update(tasks).set({ projectId: project.id, title: "moved" }).where(eq(tasks.id, foreign.id));
    });
    await hers.until((rows) => rows.length === 0);
    await view.until((rows) => rows.length === 3);

    await elsewhere.insert(projectMembers).values({ projectId: project.id, userId: eve.id, role: "viewer" });
    await hers.until((rows) => rows.length === 3);
    await elsewhere.delete(projectMembers).where(eq(projectMembers.userId, eve.id));
    await hers.until((rows) => rows.length === 0);
    await elsewhere.delete(projectMembers).where(eq(projectMembers.userId, ann.id));
    await view.until((rows) => rows.length === 0);

    const late = stranger.texts.length;
    await elsewhere.update(tasks).set({ title: "unseen" });
    await stranger.query("task.list");
    expect(stranger.texts.slice(late).join()).not.toContain("unseen");
  });

  test("CRU-31: another server over the same database: its changes are seen here, and a key used there gives its answer here", async () => {
    await using started = await startTwoProjects(dialect);
    const { ann, view, project, socket } = started;
    await using replica = await started.startReplica();
    await using there = await replica.open(ann.cookie);
    const seenThere = await LiveView.open(there, "task.live");
    await seenThere.until((rows) => rows.length === 2);

    const call = { projectId: project.id, title: "once", key: "key-of-ann-1" };
    const both = await Promise.all([make(socket, "task.create", call), make(there, "task.create", call)]);
    expect(both[0]).toEqual(both[1]);
    await view.until((rows) => titles(rows) === "sail,sail,once");
    await seenThere.until((rows) => titles(rows) === "sail,sail,once");
    const [one] = both;
    await make(there, "task.update", { id: one.id, version: 1, title: "changed there" });
    await view.until((rows) => titles(rows) === "sail,sail,changed there");
    await make(socket, "task.remove", { id: one.id });
    await seenThere.until((rows) => rows.length === 2);

    const reused = await there.mutate("task.create", { ...call, title: "other" });
    expect(reused.error?.data).toMatchObject({ code: "CONFLICT", reason: "KEY_REUSED" });
  });
});

test("postgres: what one of our transactions does is told once, after its commit, and not by NOTIFY as well", async () => {
  await using started = await startTwoProjects(postgresDialect);
  const { app, socket, first, project, view } = started;
  const told: string[] = [];
  app.bus.subscribe((hint) => void (hint.kind === "topic" && told.push(hint.topic)));
  const external: unknown[] = [];
  await using elsewhere = await started.openElsewhere();
  const stop = await elsewhere.watchExternalChanges((change) => void external.push(change), { pollMs: 1000 });
  await make(socket, "task.update", { id: first.id, version: 1, title: "moor" });
  await view.until((rows) => titles(rows) === "moor,sail");
  await elsewhere.update(elsewhere.tables.tasks).set({ title: "x" });
  await view.until((rows) => titles(rows) === "x,x");
  await stop();
  const [ofTable, ofProject] = ["rows:tasks", `rows:tasks:project_id:${project.id}`];
  expect(told.toSorted()).toEqual([ofTable, ofProject]);
  // What was done by hand: of each of the two projects, and of the table.
  expect(external).toHaveLength(3);
});
