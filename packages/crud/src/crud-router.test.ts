import { randomUUID } from "node:crypto";

import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { describeDatabases, postgresDialect } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { startCrudApp } from "./test/app.ts";

interface Sent {
  readonly id: string;
  readonly version: number;
  readonly title: string;
  readonly dueAt: string | null;
  readonly $can: { readonly update: boolean; readonly remove: boolean };
}

const rowOf = (frame: RawFrame) => {
  if (frame.error) throw new Error(JSON.stringify(frame.error));
  return frame.result?.data as Sent;
};
const pageOf = (frame: RawFrame) => {
  if (frame.error) throw new Error(JSON.stringify(frame.error));
  return frame.result?.data as { rows: Sent[]; nextCursor: string | null; total: number | null };
};
const codeOf = (frame: RawFrame) => frame.error?.data.code;

test("instants that PostgreSQL keeps and JavaScript cannot say are shown as none, and the other rows as they are", async () => {
  await using started = await startCrudApp(postgresDialect);
  const ann = await started.app.signIn("ann");
  await using socket = await ann.open();
  const kept = ["infinity", "-infinity", "0044-03-15 BC", "20000-01-01 00:00+00", "2027-01-01 00:00+00"];
  for (const dueAt of kept) {
    const { id } = rowOf(await socket.mutate("note.create", { title: dueAt }));
    const { notes } = started.app.db.tables;
    await started.app.db.transaction((tx) =>
      tx
        .update(notes)
        .set({ dueAt: sql`${dueAt}::timestamptz` })
        .where(eq(notes.id, id)),
    );
  }

  const { rows } = pageOf(await socket.query("note.list"));
  expect(Object.fromEntries(rows.map(({ title, dueAt }) => [title, dueAt]))).toEqual({
    infinity: null,
    "-infinity": null,
    "0044-03-15 BC": null,
    "20000-01-01 00:00+00": "+020000-01-01T00:00:00.000Z",
    "2027-01-01 00:00+00": "2027-01-01T00:00:00.000Z",
  });
});

describeDatabases((dialect) => {
  test("a row is created, listed, read, changed, removed and restored by its owner", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const note = rowOf(await socket.mutate("note.create", { title: " tea ", dueAt: "2027-01-01T00:00:00Z" }));
    expect(note).toEqual({
      id: expect.any(String) as string,
      version: 1,
      title: "tea",
      body: "",
      isDone: false,
      priority: null,
      dueAt: "2027-01-01T00:00:00.000Z",
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
      $can: { update: true, remove: true },
    });
    expect(pageOf(await socket.query("note.list"))).toEqual({ rows: [note], nextCursor: null, total: 1 });
    const changed = rowOf(
      await socket.mutate("note.update", { id: note.id, version: 1, title: "coffee", priority: 3 }),
    );
    expect(changed).toMatchObject({ title: "coffee", priority: 3, version: 2, $can: { update: true, remove: true } });
    expect(rowOf(await socket.query("note.get", { id: note.id }))).toEqual(changed);

    expect(rowOf(await socket.mutate("note.remove", { id: note.id, version: 2 }))).toEqual({});
    expect(codeOf(await socket.query("note.get", { id: note.id }))).toBe("NOT_FOUND");
    expect(pageOf(await socket.query("note.list", { removed: true })).rows).toMatchObject([
      { id: note.id, version: 3 },
    ]);
    expect(rowOf(await socket.mutate("note.restore", { id: note.id }))).toMatchObject({ title: "coffee", version: 4 });
    expect(pageOf(await socket.query("note.list")).total).toBe(1);
  });

  test("CRU-01, CRU-02: another user's row is not there, whatever is asked of it", async () => {
    await using started = await startCrudApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { id } = rowOf(await socket.mutate("note.create", { title: "secret" }));
    for (const [type, path, input] of [
      ["query", "note.get", {}],
      ["mutation", "note.update", { version: 1, title: "mine" }],
      ["mutation", "note.remove", {}],
      ["mutation", "note.restore", {}],
    ] as const) {
      const theirs = await other.call(type, path, { id, ...input });
      const nobodys = await other.call(type, path, { id: randomUUID(), ...input });
      expect(codeOf(theirs)).toBe("NOT_FOUND");
      expect({ ...theirs, id: 0 }).toEqual({ ...nobodys, id: 0 });
    }
    const many = await other.mutate("note.updateMany", { rows: [{ id, version: 1 }], changes: { title: "mine" } });
    expect(codeOf(many)).toBe("NOT_FOUND");
    expect(codeOf(await other.mutate("note.removeMany", { rows: [{ id, version: 1 }] }))).toBe("NOT_FOUND");
    expect(pageOf(await other.query("note.list", { search: "secret" }))).toEqual({
      rows: [],
      nextCursor: null,
      total: 0,
    });
    expect(pageOf(await socket.query("note.list")).rows).toMatchObject([{ id, version: 1, title: "secret" }]);
  });

  test("P5: roles decide what may be done with a row, and each row says so", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob, eve] = [await app.signIn("ann"), await app.signIn("bob"), await app.signIn("eve")];
    await using socket = await ann.open();
    await using viewer = await bob.open();
    await using stranger = await eve.open();
    const project = rowOf(await socket.mutate("project.create", { name: "ship" }));
    expect(project.$can).toEqual({ update: true, remove: true });
    await app.db.insert(app.db.tables.projectMembers).values({ projectId: project.id, userId: bob.id, role: "viewer" });
    const task = rowOf(await socket.mutate("task.create", { projectId: project.id, title: "sail" }));

    const seen = pageOf(await viewer.query("task.list", { filter: { projectId: { eq: project.id } } }));
    expect(seen.rows).toMatchObject([{ id: task.id, $can: { update: false, remove: false } }]);
    const change = { id: task.id, version: 1, title: "mine" };
    expect(codeOf(await viewer.mutate("task.update", change))).toBe("FORBIDDEN");
    expect(codeOf(await viewer.mutate("task.remove", { id: task.id }))).toBe("FORBIDDEN");
    expect(codeOf(await viewer.mutate("task.create", { projectId: project.id, title: "x" }))).toBe("FORBIDDEN");
    expect(codeOf(await stranger.mutate("task.update", change))).toBe("NOT_FOUND");
    expect(codeOf(await stranger.mutate("task.create", { projectId: project.id, title: "x" }))).toBe("NOT_FOUND");
    expect(pageOf(await stranger.query("task.list")).rows).toEqual([]);
    expect(pageOf(await stranger.query("project.list")).rows).toEqual([]);
  });

  test("a task moves between projects only for those who may write in both", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const mine = rowOf(await socket.mutate("project.create", { name: "mine" }));
    const second = rowOf(await socket.mutate("project.create", { name: "second" }));
    const theirs = rowOf(await other.mutate("project.create", { name: "theirs" }));
    const task = rowOf(await socket.mutate("task.create", { projectId: mine.id, title: "sail" }));

    const away = await socket.mutate("task.update", { id: task.id, version: 1, projectId: theirs.id });
    expect(codeOf(away)).toBe("NOT_FOUND");
    const moved = await socket.mutate("task.update", { id: task.id, version: 1, projectId: second.id });
    expect(rowOf(moved)).toMatchObject({ projectId: second.id, version: 2 });
  });

  test("search, filters, order and pages find what is asked, and only among one's own", async () => {
    await using started = await startCrudApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    for (let index = 0; index < 25; index += 1) {
      const priority = index % 5 === 0 ? null : index % 5;
      rowOf(await socket.mutate("note.create", { title: `Note ${String(index).padStart(2, "0")} 50%_Ä`, priority }));
    }
    rowOf(await other.mutate("note.create", { title: "Note 99 50%_Ä" }));
    const titles = async (input: object) =>
      pageOf(await socket.query("note.list", input)).rows.map(({ title }) => title.slice(5, 7));

    expect(await titles({ search: "note 07" })).toEqual(["07"]);
    expect(await titles({ search: "50%_ä 1" })).toEqual([]);
    expect(await titles({ search: "%_ä", limit: 2 })).toEqual(["24", "23"]);
    expect(await titles({ filter: { title: { startsWith: "note 2" } } })).toEqual(["24", "23", "22", "21", "20"]);
    expect(await titles({ filter: { priority: { in: [] } } })).toEqual([]);
    expect(await titles({ filter: { priority: { isNull: true } } })).toEqual(["20", "15", "10", "05", "00"]);
    expect(await titles({ filter: { priority: { gte: 4 } }, order: { by: "title" }, limit: 3 })).toEqual([
      "04",
      "09",
      "14",
    ]);

    for (const order of [
      { by: "createdAt", direction: "desc" },
      { by: "title" },
      { by: "priority" },
      { by: "priority", direction: "desc" },
    ]) {
      const whole = await titles({ order, limit: 100 });
      expect(whole).toHaveLength(25);
      let cursor: string | null = null;
      const paged: string[] = [];
      do {
        const page = pageOf(await socket.query("note.list", { order, limit: 7, ...(cursor ? { cursor } : {}) }));
        expect(page.total).toBe(25);
        paged.push(...page.rows.map(({ title }) => title.slice(5, 7)));
        ({ nextCursor: cursor } = page);
      } while (cursor);
      expect(paged).toEqual(whole);
      expect(await titles({ order, limit: 7, offset: 7 })).toEqual(whole.slice(7, 14));
    }
  });

  test("a person is told in plain words what is wrong with a value", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const { error } = await socket.mutate("note.create", { title: 7, body: "x".repeat(10_001), priority: "high" });
    expect(error?.data).toMatchObject({
      code: "BAD_REQUEST",
      fields: {
        title: ["Give a text."],
        body: ["Too long: at most 10,000 characters."],
        priority: ["Give a number."],
      },
    });
    expect((await socket.mutate("note.create", {})).error?.data).toMatchObject({
      fields: { title: ["This is missing."] },
    });
  });

  test("CRU-16, CRU-19, CRU-24, CRU-25: what is not declared is refused by name", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const { id } = rowOf(await socket.mutate("note.create", { title: "x" }));
    const bad: [string, string, unknown][] = [
      ["query", "note.list", { filter: { secret: { eq: "hidden" } } }],
      ["query", "note.list", { filter: { OR: [] } }],
      ["query", "note.list", { filter: { ownerId: { eq: "x" } } }],
      ["query", "note.list", { filter: { isDone: { ne: true } } }],
      ["query", "note.list", { order: { by: "secret" } }],
      ["query", "note.list", { order: { by: "id; DROP TABLE notes" } }],
      ["query", "note.list", { order: { by: "__proto__" } }],
      ["query", "note.list", { limit: 101 }],
      ["query", "note.list", { offset: 1e9 }],
      ["query", "note.list", { cursor: "x".repeat(16_385) }],
      ["query", "note.list", { cursor: "nonsense" }],
      ["query", "note.list", { filter: { priority: { in: Array.from({ length: 101 }, () => 1) } } }],
      ["query", "task.list", { filter: { projectId: { eq: "x' or 1=1" } } }],
      ["query", "task.list", { filter: { projectId: { eq: "" } } }],
      ["mutation", "note.create", { title: "x", ownerId: id }],
      ["mutation", "note.create", { title: "x", secret: "y" }],
      ["mutation", "note.create", { title: "x", priority: 1.5 }],
      ["mutation", "note.create", { title: "x", priority: "1" }],
      ["mutation", "note.create", { title: "x", priority: 2 ** 53 }],
      ["mutation", "note.create", { title: "x", dueAt: "yesterday" }],
      ["mutation", "note.create", { title: "x", dueAt: "0000-01-01T00:00:00Z" }],
      ["mutation", "note.update", { id, version: 1, removedAt: "2020-01-01T00:00:00Z" }],
      ["mutation", "note.update", { id, version: 1, createdAt: "2020-01-01T00:00:00Z" }],
      ["mutation", "note.remove", { id: "1 OR 1=1" }],
    ];
    for (const [type, path, input] of bad) {
      const answer = await socket.call(type as "query", path, input);
      expect(answer.error?.data, JSON.stringify(input)).toMatchObject({
        code: "BAD_REQUEST",
        reason: "INVALID_FIELDS",
      });
    }
  });

  test("CRU-28: of two changes from one version one wins, the other is shown the present row", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const { id } = rowOf(await socket.mutate("note.create", { title: "0" }));
    const both = await Promise.all(["a", "b"].map((title) => socket.mutate("note.update", { id, version: 1, title })));
    const winner = both.find(({ result }) => result);
    const loser = both.find(({ error }) => error);
    expect(loser?.error?.data).toMatchObject({
      code: "CONFLICT",
      reason: "VERSION_CONFLICT",
      current: winner?.result?.data,
    });
  });

  test("several rows are changed or removed together, or none of them", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const made = [];
    for (const title of ["a", "b", "c"]) made.push(rowOf(await socket.mutate("note.create", { title })));
    const rows = made.map(({ id }) => ({ id, version: 1 }));

    const stale = [...rows.slice(0, 2), { id: made[2]?.id ?? "", version: 9 }];
    const refused = await socket.mutate("note.updateMany", { rows: stale, changes: { isDone: true } });
    expect(refused.error?.data).toMatchObject({ code: "CONFLICT", rowId: made[2]?.id });
    expect(pageOf(await socket.query("note.list", { filter: { isDone: { eq: true } } })).total).toBe(0);

    const changed = (await socket.mutate("note.updateMany", { rows, changes: { isDone: true } })).result?.data;
    expect(changed).toMatchObject(rows.map(({ id }) => ({ id, version: 2, isDone: true })));
    const removed = await socket.mutate("note.removeMany", { rows: rows.map(({ id }) => ({ id, version: 2 })) });
    expect(removed.result?.data).toEqual({ removed: 3 });
    expect(pageOf(await socket.query("note.list")).total).toBe(0);
  });

  test("unscoped: those with the permission see all rows, and change only their own", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { id } = rowOf(await socket.mutate("note.create", { title: "hers" }));
    expect(pageOf(await other.query("note.list")).rows).toEqual([]);
    await app.auth.rights.grant(bob.id, "notes.view_all");

    const [row] = pageOf(await other.query("note.list")).rows;
    expect(row).toMatchObject({ id, $can: { update: false, remove: false } });
    expect(codeOf(await other.mutate("note.update", { id, version: 1, title: "mine" }))).toBe("FORBIDDEN");
  });

  test("P3: a policy that says no refuses the change, and the row says so beforehand; another user hears nothing of it", async () => {
    await using started = await startCrudApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const { id } = rowOf(await socket.mutate("note.create", { title: "tea" }));
    const done = rowOf(await socket.mutate("note.update", { id, version: 1, isDone: true }));
    expect(done.$can).toEqual({ update: false, remove: true });
    expect(pageOf(await socket.query("note.list")).rows[0]?.$can).toEqual({ update: false, remove: true });

    const change = { id, version: 2, title: "coffee" };
    expect(codeOf(await socket.mutate("note.update", change))).toBe("FORBIDDEN");
    expect(codeOf(await other.mutate("note.update", change))).toBe("NOT_FOUND");
    const many = await socket.mutate("note.updateMany", { rows: [{ id, version: 2 }], changes: { title: "coffee" } });
    expect(many.error?.data).toMatchObject({ code: "FORBIDDEN", rowId: id });
    expect(rowOf(await socket.query("note.get", { id })).title).toBe("tea");
  });
});
