import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { startCrudApp } from "../test/app.ts";

import type { CsvExport } from "./export-rows.ts";

describeDatabases((dialect) => {
  test("CRU-01, CRU-41: an export has one's own rows, those asked for and in their order, its formulas disarmed", async () => {
    await using started = await startCrudApp(dialect);
    const [ann, bob] = [await started.app.signIn("ann"), await started.app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    for (const title of ["b tea", "=1+1 tea", "milk"]) await socket.mutate("note.create", { title, priority: -1 });
    await other.mutate("note.create", { title: "theirs tea" });

    const asked = { search: "tea", order: { by: "title", direction: "desc" } };
    const { result } = await socket.query("note.export", asked);
    const file = result?.data as CsvExport;
    expect(file).toMatchObject({ rows: 2, isComplete: true });
    expect(file.text.split("\r\n").map((line) => line.replace(/^[\w-]{36}/, "…"))).toEqual([
      "id,title,body,priority,isDone,dueAt",
      '…,"b tea",,-1,false,',
      `…,"'=1+1 tea",,-1,false,`,
      "",
    ]);
    expect(
      await (await started.app.http("note.export", { method: "GET", cookie: ann.cookie, input: asked })).json(),
    ).toEqual({ result: { data: file } });
    const theirs = await other.query("note.export");
    expect(theirs.result?.data).toMatchObject({ rows: 1, text: expect.not.stringContaining("milk") as string });
    for (const input of [{ limit: 1 }, { filter: { secret: { eq: "x" } } }, { order: { by: "secret" } }]) {
      expect((await socket.query("note.export", input)).error?.data.code).toBe("BAD_REQUEST");
    }
    expect((await (await started.app.open()).query("note.export")).error?.data.code).toBe("UNAUTHORIZED");
  });

  test("an export ends at the cap, and says so; one just as long as that is complete", async () => {
    await using started = await startCrudApp(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    for (let count = 0; count < 30; count += 1) await socket.mutate("note.create", { title: `note ${count}` });
    expect((await socket.query("note.export")).result?.data).toMatchObject({ rows: 30, isComplete: true });
    await socket.mutate("note.create", { title: "one more" });
    expect((await socket.query("note.export")).result?.data).toMatchObject({ rows: 30, isComplete: false });
  });
});
