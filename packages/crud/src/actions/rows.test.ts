import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { LiveView, type RawFrame } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

const codeOf = (frame: RawFrame) => frame.error?.data.code;
function dataOf(frame: RawFrame): { readonly id: string } {
  if (frame.error) throw new Error(JSON.stringify(frame.error));
  return frame.result?.data as { readonly id: string };
}

describeDatabases((dialect) => {
  test("a row the app inserts in a way of its own is let in, counted, told and shown like a created one", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob, eve] = [await app.signIn("ann"), await app.signIn("bob"), await app.signIn("eve")];
    await using socket = await ann.open();
    await using viewer = await bob.open();
    await using stranger = await eve.open();
    const project = dataOf(await socket.mutate("project.create", { name: "ship" }));
    await app.db.insert(app.db.tables.projectMembers).values({ projectId: project.id, userId: bob.id, role: "viewer" });
    const list = await LiveView.open(viewer, "task.live");
    await list.until((rows) => rows.length === 0);

    const made = dataOf(await socket.mutate("task.createIn", { name: "ship", title: "sail" }));

    const created = dataOf(await socket.mutate("task.create", { projectId: project.id, title: "row" }));
    expect(Object.keys(made)).toEqual(Object.keys(created));
    expect(made).toMatchObject({ projectId: project.id, title: "sail", version: 1, $can: { update: true } });
    await list.until((rows) => rows.some(({ id }) => id === made.id));
    expect(codeOf(await viewer.mutate("task.createIn", { name: "ship", title: "x" }))).toBe("FORBIDDEN");
    expect(codeOf(await stranger.mutate("task.createIn", { name: "ship", title: "x" }))).toBe("NOT_FOUND");
    expect(codeOf(await socket.mutate("task.createIn", { name: "boat", title: "x" }))).toBe("NOT_FOUND");

    const { tasks } = app.db.tables;
    const common = { projectId: project.id, title: "old", version: 1, createdAt: new Date() };
    await app.db.insert(tasks).values(Array.from({ length: 193 }, () => ({ ...common, id: randomUUID() })));
    const many = Array.from({ length: 20 }, () => socket.mutate("task.createIn", { name: "ship", title: "one more" }));
    const refused = (await Promise.all(many)).filter(({ error }) => error?.data["reason"] === "QUOTA_REACHED");
    expect(refused).toHaveLength(15);
    expect(await app.db.$count(tasks)).toBe(200);
  });
});
