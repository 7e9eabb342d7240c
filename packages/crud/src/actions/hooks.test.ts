import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { CallError } from "@countersign/rpc";
import { LiveView, type RawFrame } from "@countersign/rpc/testing";

import type { Change } from "../definition/hooks.ts";
import { text } from "../fields/text-rules.ts";
import { owner } from "../scope/owner.ts";
import { crudRouter, procedures, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

type Note = Tables["notes"]["$inferSelect"];

const secret = "postgres://admin:hunter2@db";

/** Notes whose hooks leave a trace in another note, and throw when the title names them. */
function createHooked() {
  const committed: Change<Note>[] = [];
  const trip = (name: string, title: string | undefined) => {
    if (title === `${name}!`) throw new Error(`${name}: ${secret}`);
    if (title === `${name}?`) throw new CallError("FORBIDDEN", "The hook says no.", { reason: "QUOTA_REACHED" });
  };
  const notes = crudRouter({
    table: "notes",
    scope: owner<Tables["notes"]>("ownerId"),
    fields: { title: text({ max: 100 }), body: text({ max: 100 }) },
    show: ["priority"],
    removedAt: "removedAt",
    hooks: {
      validate: ({ title, body }, before) => {
        trip("validate", title);
        return title !== undefined && title === (body ?? before?.body) ? { body: ["Say something else."] } : null;
      },
      beforeCreate(values) {
        trip("beforeCreate", values.title);
        return { ...values, priority: 1 };
      },
      async afterCreate(row, { ctx, tx }) {
        const { notes: table } = tx.tables;
        await tx.insert(table).values({ ...row, id: crypto.randomUUID(), title: `log of ${ctx.user.username}` });
        trip("afterCreate", row.title);
      },
      beforeUpdate(values, before) {
        trip("beforeUpdate", values.title);
        return { ...values, priority: (before.priority ?? 0) + 10 };
      },
      async afterUpdate(after, before, { tx }) {
        const { notes: table } = tx.tables;
        await tx
          .update(table)
          .set({ body: `was ${before.title}` })
          .where(eq(table.id, after.id));
        trip("afterUpdate", after.title);
      },
      beforeRemove: (row) => trip("beforeRemove", row.title),
      async afterRemove(row, { tx }) {
        await tx.delete(tx.tables.notes).where(eq(tx.tables.notes.title, "log of ann"));
        trip("afterRemove", row.title);
      },
      afterCommit(change) {
        committed.push(change);
        trip("afterCommit", change.after?.title);
      },
    },
  });
  return { router: procedures.router({ note: notes }), committed };
}

async function startHooked(dialect: TestDialect) {
  const { router, committed } = createHooked();
  const started = await startCrudApp(dialect, { router });
  const ann = await started.app.signIn("ann");
  const socket = await ann.open();
  const rows = () => started.app.db.select().from(started.app.db.tables.notes);
  return { ...started, committed, socket, rows };
}

const dataOf = ({ result, error }: RawFrame) => {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data as { readonly id: string; readonly version: number };
};

describeDatabases((dialect) => {
  test("hooks change what is written, and write what belongs to it, in one transaction", async () => {
    await using started = await startHooked(dialect);
    const { socket, rows, committed } = started;
    const note = dataOf(await socket.mutate("note.create", { title: "tea" }));
    expect(note).toMatchObject({ title: "tea", priority: 1 });
    expect((await rows()).map(({ title }) => title).toSorted()).toEqual(["log of ann", "tea"]);
    const changed = await socket.mutate("note.update", { id: note.id, version: 1, title: "milk" });
    expect(dataOf(changed)).toMatchObject({ title: "milk", priority: 11 });
    expect(await rows()).toContainEqual(expect.objectContaining({ title: "milk", body: "was tea" }));
    dataOf(await socket.mutate("note.remove", { id: note.id }));
    expect(await rows()).toHaveLength(1);
    expect(committed.map(({ action, before, after }) => [action, before?.title ?? null, after?.title ?? null])).toEqual(
      [
        ["create", null, "tea"],
        ["update", "tea", "milk"],
        ["remove", "milk", null],
      ],
    );
  });

  test("§12: exception text is not sent to the client: a hook that throws changes nothing, tells nobody, and the log has it", async () => {
    await using started = await startHooked(dialect);
    const { app, socket, rows, committed } = started;
    const note = dataOf(await socket.mutate("note.create", { title: "tea" }));
    const view = await LiveView.open(socket, "note.live");
    await view.until((shown) => shown.length > 0);
    const before = await rows();
    for (const name of ["validate", "beforeCreate", "afterCreate"]) {
      const { error } = await socket.mutate("note.create", { title: `${name}!` });
      expect(error?.data).toMatchObject({ code: "INTERNAL_SERVER_ERROR", errorId: expect.any(String) as string });
    }
    for (const name of ["validate", "beforeUpdate", "afterUpdate"]) {
      const { error } = await socket.mutate("note.update", { id: note.id, version: 1, title: `${name}!` });
      expect(error?.data.code).toBe("INTERNAL_SERVER_ERROR");
      const many = { rows: [{ id: note.id, version: 1 }], changes: { title: `${name}!` } };
      expect((await socket.mutate("note.updateMany", many)).error?.data.code).toBe("INTERNAL_SERVER_ERROR");
    }
    expect(await rows()).toEqual(before);
    expect(committed).toHaveLength(1);
    expect(view.frames).toHaveLength(1);
    expect(socket.texts.join()).not.toContain("hunter2");
    const logged = app.logged.map(({ facts }) => String((facts as { readonly err?: unknown }).err));
    expect(logged.filter((line) => line.includes(secret))).toHaveLength(9);
  });

  test("a hook that throws when a row is removed keeps it", async () => {
    await using started = await startHooked(dialect);
    const { app, socket, rows } = started;
    const { notes } = app.db.tables;
    const note = dataOf(await socket.mutate("note.create", { title: "tea" }));
    for (const name of ["beforeRemove", "afterRemove"]) {
      await app.db
        .update(notes)
        .set({ title: `${name}!` })
        .where(eq(notes.id, note.id));
      expect((await socket.mutate("note.remove", { id: note.id })).error?.data.code).toBe("INTERNAL_SERVER_ERROR");
    }
    expect((await rows()).filter(({ removedAt }) => removedAt === null)).toHaveLength(2);
    expect(app.logged).toHaveLength(2);
  });

  test("what a hook throws for the client reaches it; errors by field come as those of a form", async () => {
    await using started = await startHooked(dialect);
    const { socket, rows } = started;
    const refused = await socket.mutate("note.create", { title: "afterCreate?" });
    expect(refused.error).toMatchObject({
      message: "The hook says no.",
      data: { code: "FORBIDDEN", reason: "QUOTA_REACHED" },
    });
    const faulty = await socket.mutate("note.create", { title: "tea", body: "tea" });
    expect(faulty.error?.data).toMatchObject({ code: "BAD_REQUEST", fields: { body: ["Say something else."] } });
    expect(await rows()).toEqual([]);
    const note = dataOf(await socket.mutate("note.create", { title: "tea", body: "green" }));
    const later = await socket.mutate("note.update", { id: note.id, version: 1, title: "green" });
    expect(later.error?.data).toMatchObject({ code: "BAD_REQUEST", fields: { body: ["Say something else."] } });
  });

  test("an effect after the commit that fails is logged; the call has succeeded, and a refused one has no effects", async () => {
    await using started = await startHooked(dialect);
    const { app, socket, rows, committed } = started;
    dataOf(await socket.mutate("note.create", { title: "afterCommit!" }));
    await vi.waitFor(() => expect(app.logged).toMatchObject([{ message: "An effect after a commit failed" }]));
    expect(await rows()).toHaveLength(2);
    await socket.mutate("note.update", { id: committed[0]?.after?.id ?? "", version: 9, title: "x" });
    expect(committed).toHaveLength(1);
  });

  test("§12: events are not published before the commit: who hears of a change reads it", async () => {
    await using started = await startHooked(dialect);
    const { app, socket, rows } = started;
    const seen: Promise<number>[] = [];
    app.bus.subscribe((hint) => {
      if (hint.kind === "topic" && hint.topic.startsWith("rows:")) seen.push(rows().then(({ length }) => length));
    });
    dataOf(await socket.mutate("note.create", { title: "tea" }));
    await socket.mutate("note.create", { title: "afterCreate!" });
    expect(await Promise.all(seen)).toEqual([2]);
  });
});
