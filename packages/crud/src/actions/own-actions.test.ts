import { eq } from "drizzle-orm";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";

import { describeDatabases } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { text } from "../fields/text-rules.ts";
import { owner } from "../scope/owner.ts";
import { crudRouter, procedures, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

const given = crudRouter({
  table: "notes",
  scope: owner<Tables["notes"]>("ownerId"),
  fields: { title: text({ max: 100 }), body: text({ max: 100 }) },
  rules: { remove: { permissions: ["tasks.archive"] }, updateMany: { freshWithinSeconds: 0 } },
  without: ["live"],
});

/** One action replaced: the others are as they were. */
const notes = {
  ...given,
  update: procedures.protectedProcedure
    .input(z.strictObject({ id: z.string(), shout: z.string() }))
    .mutation(({ ctx, input: { id, shout } }) =>
      ctx.transaction(async (tx) => {
        const { notes: table } = tx.tables;
        await tx.update(table).set({ title: shout.toUpperCase() }).where(eq(table.id, id));
        return { shouted: shout.length };
      }),
    ),
};
const router = procedures.router({ note: notes });

const codeOf = (frame: RawFrame) => frame.error?.data.code;
const dataOf = ({ result, error }: RawFrame): unknown => {
  if (error) throw new Error(JSON.stringify(error));
  return result?.data;
};

describeDatabases((dialect) => {
  test("an action can be left out, replaced, or have a rule of its own; rows say what the rule leaves", async () => {
    await using started = await startCrudApp(dialect, { router });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const created = await socket.mutate("note.create", { title: "tea" });
    const { id } = dataOf(created) as { readonly id: string };
    expect(created.result?.data).toMatchObject({ $can: { update: true, remove: false } });

    expect(await socket.mutate("note.update", { id, shout: "milk" })).toMatchObject({
      result: { data: { shouted: 4 } },
    });
    expect(codeOf(await socket.mutate("note.update", { id, version: 1, title: "x" }))).toBe("BAD_REQUEST");
    expect(codeOf(await socket.call("subscription", "note.live"))).toBe("NOT_FOUND");
    // `removeMany` follows `remove`.
    for (const [path, input] of [
      ["note.remove", { id }],
      ["note.removeMany", { rows: [{ id, version: 1 }] }],
    ] as const) {
      expect(codeOf(await socket.mutate(path, input))).toBe("FORBIDDEN");
    }
    const many = await socket.mutate("note.updateMany", { rows: [{ id, version: 1 }], changes: { body: "x" } });
    expect(many.error?.data).toMatchObject({ code: "FORBIDDEN", reason: "REAUTH" });

    await app.auth.rights.grant(ann.id, "tasks.archive");
    expect((await socket.query("note.get", { id })).result?.data).toMatchObject({
      title: "MILK",
      $can: { remove: true },
    });
    expect(await socket.mutate("note.remove", { id })).toHaveProperty("result");
  });

  test("CRU-01, CRU-02: over HTTP each action gives what it gives over the socket, and no more", async () => {
    await using started = await startCrudApp(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const call = async (cookie: string, method: "GET" | "POST", path: string, input?: unknown) => {
      const answer = await app.http(path, { method, cookie, ...(input === undefined ? {} : { input }) });
      return (await answer.json()) as RawFrame;
    };
    const created = await call(ann.cookie, "POST", "note.create", { title: "tea", key: "key-of-ann-1" });
    expect(await call(ann.cookie, "POST", "note.create", { title: "tea", key: "key-of-ann-1" })).toEqual(created);
    const note = created.result?.data as { readonly id: string };
    await using socket = await ann.open();
    expect((await socket.query("note.list")).result?.data).toMatchObject({ rows: [note], total: 1 });
    expect((await call(ann.cookie, "GET", "note.list")).result?.data).toMatchObject({ rows: [note], total: 1 });

    const nobodys = crypto.randomUUID();
    for (const [method, path, input] of [
      ["GET", "note.get", {}],
      ["POST", "note.update", { version: 1, title: "mine" }],
      ["POST", "note.remove", {}],
      ["POST", "note.restore", {}],
    ] as const) {
      const theirs = await call(bob.cookie, method, path, { id: note.id, ...input });
      expect(codeOf(theirs)).toBe("NOT_FOUND");
      expect(theirs).toEqual(await call(bob.cookie, method, path, { id: nobodys, ...input }));
      expect(codeOf(await call("", method, path, { id: note.id, ...input }))).toBe("UNAUTHORIZED");
    }
    expect((await call(bob.cookie, "GET", "note.list")).result?.data).toMatchObject({ rows: [], total: 0 });
    expect((await call(ann.cookie, "GET", "note.get", { id: note.id })).result?.data).toEqual(note);
  });
});

test("a replaced action is typed as it was written, one that was left out is not there", () => {
  expectTypeOf<(typeof notes)["update"]["_def"]["$types"]["input"]>().toEqualTypeOf<{ id: string; shout: string }>();
  expectTypeOf<(typeof notes)["update"]["_def"]["$types"]["output"]>().toEqualTypeOf<{ shouted: number }>();
  expectTypeOf<(typeof notes)["get"]["_def"]["$types"]["output"]["title"]>().toEqualTypeOf<string>();
  expectTypeOf<Extract<keyof typeof notes, "live" | "restore" | "export">>().toEqualTypeOf<never>();
});
