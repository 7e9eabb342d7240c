import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import type { RawFrame } from "@countersign/rpc/testing";

import { startCrudApp } from "../test/app.ts";

const reasonOf = ({ error }: RawFrame) => error?.data["reason"] ?? "done";
const id = "01900000-0000-7000-8000-000000000000";

describeDatabases((dialect) => {
  test("a cursor somebody has written by hand is refused by name or reads this list, whatever instant is in it", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    await socket.mutate("note.create", { title: "tea" });
    const ask = (instant: unknown) => {
      const cursor = Buffer.from(JSON.stringify(["createdAt", instant, id])).toString("base64url");
      return socket.query("note.list", { order: { by: "createdAt", direction: "asc" }, cursor });
    };

    const [first, last] = [Date.parse("0001-01-01T00:00:00.000Z"), Date.parse("9999-12-31T23:59:59.999Z")];
    for (const instant of [first, 0, last]) expect(reasonOf(await ask(instant)), String(instant)).toBe("done");
    for (const instant of [first - 1, -last, last + 1, 1e20, 0.5, null, "2026-01-01T00:00:00Z"])
      expect(reasonOf(await ask(instant)), String(instant)).toBe("INVALID_FIELDS");
    expect(started.app.logged).toEqual([]);
  });

  test("an instant of the first century is answered as it was given, now and when it is read", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const instants = ["0001-01-01T00:00:00.000Z", "0026-05-05T00:00:00.000Z", "0099-12-31T23:59:59.999Z"];
    for (const dueAt of instants) {
      const { result } = await socket.mutate("note.create", { title: "tea", dueAt });
      expect(result?.data).toMatchObject({ dueAt });
    }
    const { result } = await socket.query("note.list");
    const { rows } = (result?.data ?? {}) as { readonly rows: readonly { readonly dueAt: string }[] };
    expect(rows.map(({ dueAt }) => dueAt).toSorted()).toEqual(instants);
  });
});
