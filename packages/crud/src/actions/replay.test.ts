import { and, eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

interface Row {
  readonly id: string;
  readonly version: number;
}

/** Ann edits in a project of Bob's, and has made four changes with keys. */
async function startChanged(dialect: TestDialect) {
  const started = await startCrudApp(dialect);
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const [socket, bobs] = [await ann.open(), await bob.open()];
  const project = rowOf(await bobs.mutate("project.create", { name: "ship" }));
  const { projectMembers } = app.db.tables;
  await app.db.insert(projectMembers).values({ projectId: project.id, userId: ann.id, role: "editor" });

  const create = { projectId: project.id, title: "sail", key: "key-of-create" };
  const task = rowOf(await socket.mutate("task.create", create));
  const update = { id: task.id, version: 1, title: "moor", key: "key-of-update" };
  const many = { rows: [{ id: task.id, version: 2 }], changes: { title: "row" }, key: "key-of-many" };
  const calls = [
    ["task.create", create],
    ["task.update", update],
    ["task.updateMany", many],
  ] as const;
  for (const [path, input] of calls.slice(1)) dataOf(await socket.mutate(path, input));
  const isMember = and(eq(projectMembers.projectId, project.id), eq(projectMembers.userId, ann.id));
  return { ...started, ann, socket, bobs, task, calls, projectMembers, isMember };
}

describeDatabases((dialect) => {
  test("CRU-31: a call sent again with its key is answered the row as it is now, and acts no second time", async () => {
    await using started = await startChanged(dialect);
    const { socket, task, calls } = started;
    const now = dataOf(await socket.query("task.get", { id: task.id }));
    expect(now).toMatchObject({ version: 3, title: "row", $can: { update: true, remove: true } });
    for (const [path, input] of calls) {
      const answer = dataOf(await socket.mutate(path, input));
      expect(Array.isArray(answer) ? answer : [answer], path).toEqual([now]);
    }
  });

  test("CRU-31: it tells today's rights, and nothing of a row whose reader has lost it", async () => {
    await using started = await startChanged(dialect);
    const { app, socket, bobs, task, calls, projectMembers, isMember } = started;
    await app.db.update(projectMembers).set({ role: "viewer" }).where(isMember);
    for (const [path, input] of calls) {
      const answer = dataOf(await socket.mutate(path, input));
      const rows = Array.isArray(answer) ? answer : [answer];
      expect(rows, path).toMatchObject([{ $can: { update: false, remove: false } }]);
    }

    await app.db.delete(projectMembers).where(isMember);
    for (const [path, input] of calls) {
      const { result, error } = await socket.mutate(path, input);
      expect(result, path).toBeUndefined();
      expect(error?.data.code, path).toBe("NOT_FOUND");
    }
    // It is there still, for those who may see it.
    expect(await bobs.query("task.get", { id: task.id })).toHaveProperty("result");
  });

  test("CRU-31: nor a column that was open then; and what is removed is not found, unless it was the removal", async () => {
    await using started = await startChanged(dialect);
    const { app, ann, socket, calls, task } = started;
    const [[path, input]] = calls;
    await app.auth.rights.grant(ann.id, "tasks.see_cost");
    const open = { ...input, key: "key-of-open" };
    expect(dataOf(await socket.mutate(path, open))).toHaveProperty("cost", 7);
    await app.auth.rights.withdraw(ann.id, "tasks.see_cost");
    expect(dataOf(await socket.mutate(path, open))).not.toHaveProperty("cost");

    const removal = { id: task.id, key: "key-of-remove" };
    expect(dataOf(await socket.mutate("task.remove", removal))).toEqual({});
    expect(dataOf(await socket.mutate("task.remove", removal))).toEqual({});
    expect((await socket.mutate(path, input)).error?.data.code).toBe("NOT_FOUND");
  });

  test("REL-07: a key is known for a day, and not a moment longer; by another user it was never used", async () => {
    let now = Date.now();
    await using started = await startCrudApp(dialect, { clock: { now: () => now } });
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const create = { title: "tea", key: "key-of-create" };
    const another = { ...create, title: "milk" };
    const first = rowOf(await socket.mutate("note.create", create));

    now += 24 * 60 * 60 * 1000;
    expect(rowOf(await socket.mutate("note.create", create)).id).toBe(first.id);
    expect((await socket.mutate("note.create", another)).error?.data["reason"]).toBe("KEY_REUSED");
    const his = rowOf(await other.mutate("note.create", another));

    now += 1;
    const second = rowOf(await socket.mutate("note.create", another));
    expect(rowOf(await socket.mutate("note.create", another)).id).toBe(second.id);
    expect((await socket.mutate("note.create", create)).error?.data["reason"]).toBe("KEY_REUSED");

    const idsOf = async (by: typeof socket) =>
      (dataOf(await by.query("note.list")) as { readonly rows: readonly Row[] }).rows.map(({ id }) => id);
    expect(new Set(await idsOf(socket))).toEqual(new Set([first.id, second.id]));
    expect(await idsOf(other)).toEqual([his.id]);
  });
});

function dataOf({ result, error }: RawFrame): unknown {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data;
}

function rowOf(frame: RawFrame): Row {
  // The cast: what is asked here answers with a row.
  return dataOf(frame) as Row;
}
