import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { startTestApp } from "@countersign/rpc/testing";

import { migrations } from "./migrations.ts";
import { permissions } from "./permissions.ts";
import { appRouter } from "./router.ts";
import { tables } from "./tables.ts";

describeDatabases((dialect) => {
  test("CRU-33: a deleted account takes its notes along, and nobody else's", async () => {
    await using database = await dialect.create();
    const common = { router: appRouter, databaseUrl: database.url, tables, migrations: [migrations], permissions };
    await using app = await startTestApp(common);
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using anns = await ann.open();
    await using bobs = await bob.open();
    for (const socket of [anns, anns, bobs]) {
      expect(await socket.mutate("note.create", { title: "tea", body: "" })).toHaveProperty("result");
    }

    expect((await app.http("account.delete", { input: {}, cookie: ann.cookie })).status).toBe(200);

    expect(await anns.closed).toEqual({ code: 4401, reason: "deleted" });
    const left = await app.db.select().from(app.db.tables.notes);
    expect(left.map(({ ownerId }) => ownerId)).toEqual([bob.id]);
    expect(await bobs.query("note.list")).toHaveProperty("result");
  });
});
