import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { LiveView, type RawFrame } from "@countersign/rpc/testing";

import { startCrudApp } from "./test/app.ts";

// What goes wrong in the systems this one takes after, each by its name. Hooks and events: actions/hooks.test.ts.

const dataOf = ({ result, error }: RawFrame) => {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data as { readonly id: string; readonly version: number };
};
const codeOf = (frame: RawFrame) => frame.error?.data.code;

/** Ann has a note; Bob would have it. */
async function startTwo(dialect: TestDialect) {
  const started = await startCrudApp(dialect, { settings: { SLOW_READER_SECONDS: 60 } });
  const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
  const [socket, other] = [await ann.open(), await bob.open()];
  const note = dataOf(await socket.mutate("note.create", { title: "tea", body: "green" }));
  return { ...started, ann, bob, socket, other, note };
}

describeDatabases((dialect) => {
  test("§12: scoping only the list (IDOR): loading, saving and deleting by a foreign id find nothing and change nothing", async () => {
    await using started = await startTwo(dialect);
    const { socket, other, note } = started;
    const { id, version } = note;
    const rows = [{ id, version }];
    for (const [type, path, input] of [
      ["query", "note.get", { id }],
      ["mutation", "note.update", { id, version, title: "mine" }],
      ["mutation", "note.updateMany", { rows, changes: { title: "mine" } }],
      ["mutation", "note.remove", { id }],
      ["mutation", "note.removeMany", { rows }],
      ["mutation", "note.restore", { id }],
    ] as const) {
      expect(codeOf(await other.call(type, path, input)), path).toBe("NOT_FOUND");
    }
    // It is whose id it is that is refused.
    expect(dataOf(await socket.query("note.get", { id }))).toEqual(note);
    expect(dataOf(await socket.mutate("note.update", { id, version, title: "mine" }))).toMatchObject({ title: "mine" });
  });

  test("§12: delete without an object check: a foreign row among one's own keeps all of them", async () => {
    await using started = await startTwo(dialect);
    const { socket, other, note } = started;
    const own = dataOf(await other.mutate("note.create", { title: "milk" }));
    const rows = [own, note].map(({ id, version }) => ({ id, version }));
    expect(codeOf(await other.mutate("note.removeMany", { rows }))).toBe("NOT_FOUND");
    expect((await other.query("note.list")).result?.data).toMatchObject({ total: 1 });
    expect((await socket.query("note.list")).result?.data).toMatchObject({ total: 1 });
    expect(dataOf(await other.mutate("note.removeMany", { rows: rows.slice(0, 1) }))).toEqual({ removed: 1 });
  });

  test("§12: client-supplied ORM lookups and orderings: relations, operators and columns that were not declared are refused", async () => {
    await using started = await startTwo(dialect);
    const { socket } = started;
    for (const input of [
      { filter: { ownerId__username: { eq: "bob" } } },
      { filter: { "owner.passwordHash": { startsWith: "$" } } },
      { filter: { title: { regex: ".*" } } },
      { filter: { title: "tea" } },
      { filter: { title: { contains: { raw: "1=1" } } } },
      { filter: { $or: [] } },
      { order: { by: "ownerId" } },
      { order: { by: "-createdAt" } },
      { order: { by: "title", direction: "asc; drop table notes" } },
      { order: "title" },
      { search: { $ne: "" } },
      { where: {} },
      { include: { owner: true } },
    ]) {
      expect(codeOf(await socket.query("note.list", input)), JSON.stringify(input)).toBe("BAD_REQUEST");
      expect(codeOf(await socket.call("subscription", "note.live", input)), JSON.stringify(input)).toBe("BAD_REQUEST");
    }
    expect((await socket.query("note.list", { order: { by: "title" } })).result).toBeDefined();
  });

  test("§12: auto setters and mass assignment: a column that is no field is not written, whoever gives it", async () => {
    await using started = await startTwo(dialect);
    const { app, bob, socket, note } = started;
    const columns = {
      ownerId: bob.id,
      secret: "mine",
      removedAt: null,
      createdAt: "2020-01-01T00:00:00Z",
      constructor: 1,
    };
    for (const [name, value] of Object.entries(columns)) {
      const created = await socket.mutate("note.create", { title: "x", [name]: value });
      expect(created.error?.data.fields, name).toEqual({ [name]: ["This field is not known."] });
      const changed = await socket.mutate("note.update", { ...pick(note), [name]: value });
      expect(changed.error?.data.fields, name).toEqual({ [name]: ["This field is not known."] });
      const many = await socket.mutate("note.updateMany", { rows: [pick(note)], changes: { [name]: value } });
      expect(many.error?.data.fields, name).toEqual({ [`changes.${name}`]: ["This field is not known."] });
    }
    expect(codeOf(await socket.mutate("note.create", { title: "x", id: randomUUID() }))).toBe("BAD_REQUEST");
    expect(await app.db.select().from(app.db.tables.notes)).toMatchObject([
      { secret: "hidden", version: 1, title: "tea" },
    ]);
  });

  test("§12: integer-only ids: ids are UUIDs that nobody can count up, and whatever else is given is refused by name", async () => {
    await using started = await startTwo(dialect);
    const { socket, note } = started;
    expect(note.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    for (const id of [1, -1, 1e9, "1", "1 OR 1=1", [note.id], { eq: note.id }, null, `${note.id} `]) {
      expect(codeOf(await socket.query("note.get", { id })), JSON.stringify(id)).toBe("BAD_REQUEST");
    }
  });

  test("§12: unbounded queues: a reader that takes nothing is not queued for, and gets the newest state when it reads", async () => {
    await using started = await startTwo(dialect);
    const { app, ann, socket, note } = started;
    const made = [pick(note)];
    while (made.length < 100)
      made.push(pick(dataOf(await socket.mutate("note.create", { title: `note ${made.length}` }))));
    await using slow = await ann.open();
    const view = await LiveView.open(slow, "note.live", { limit: 100 });
    await view.until((rows) => rows.length === 100);
    slow.socket.pause();

    const { notes } = app.db.tables;
    let most = 0;
    for (let round = 1; round <= 20; round += 1) {
      // A megabyte each time, by hand: twenty of them are more than the system takes for a reader.
      await app.db.update(notes).set({ body: `${round}`.padEnd(10_000, "x") });
      await app.db.transaction((tx) => tx.update(notes).set({ version: round + 1 }));
      await new Promise((resolve) => setTimeout(resolve, 20));
      const waiting = Array.from(app.app.services.connections, ({ socket: { bufferedAmount } }) => bufferedAmount);
      most = Math.max(most, ...waiting);
    }
    // What was being written when it stopped reading, and nothing after.
    expect(most).toBeGreaterThan(64 * 1024);
    expect(most).toBeLessThan(2_500_000);
    slow.socket.resume();
    await view.until((rows) => rows.length === 100 && rows.every(({ version }) => version === 21));
    expect(view.frames.length).toBeLessThan(20);
  });
});

function pick({ id, version }: { readonly id: string; readonly version: number }) {
  return { id, version };
}
