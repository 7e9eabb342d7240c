import { expect, test } from "vitest";
import { z } from "zod";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { openDatabase } from "@countersign/db";

import { createProcedures } from "../procedure/procedures.ts";
import { accountRouter } from "../routers/account.ts";
import { authRouter } from "../routers/auth.ts";
import { sessionRouter } from "../routers/session.ts";
import { startTestApp } from "../testing/test-app.ts";

import { createNotifications } from "./notifications.ts";

const { router, protectedProcedure } = createProcedures();
const To = z.strictObject({ userId: z.string(), text: z.string() });

const testRouter = router({
  account: accountRouter,
  auth: authRouter,
  session: sessionRouter,
  tell: protectedProcedure.input(To).mutation(({ ctx, input }) => ctx.notify(input.userId, { text: input.text })),
  tellAndFail: protectedProcedure.input(To).mutation(({ ctx, input }) =>
    ctx.transaction(async (tx) => {
      await ctx.notify(input.userId, { text: input.text }, tx);
      throw new Error("No.");
    }),
  ),
});

async function start(dialect: TestDialect) {
  const database = await dialect.create();
  let now = Date.now();
  const app = await startTestApp({ router: testRouter, databaseUrl: database.url, clock: { now: () => now } });
  return {
    app,
    url: database.url,
    advance: (ms: number) => (now += ms),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

interface Shown {
  readonly id: string;
  readonly notice: { readonly kind: string; readonly text: string };
}
const texts = (data: unknown[]) => (data as Shown[]).map(({ notice }) => notice.text);

describeDatabases((dialect) => {
  test("W5: a notice reaches every open window of the user, on every device, and nobody else's", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using tab = await ann.open();
    await using device = await (await ann.signInAgain()).open();
    await using other = await bob.open();
    const ids = [
      await tab.subscribe("session.notifications"),
      await device.subscribe("session.notifications"),
    ] as const;
    const theirs = await other.subscribe("session.notifications");

    expect(await other.mutate("tell", { userId: ann.id, text: "Bob shared a note" })).toHaveProperty("result");
    await app.app.services.notifications.notify(ann.id, { kind: "success", key: "saved", values: { count: 2 } });

    for (const [socket, id] of [
      [tab, ids[0]],
      [device, ids[1]],
    ] as const) {
      expect(await socket.data(id, 2)).toEqual([
        expect.objectContaining({ notice: { kind: "info", text: "Bob shared a note" } }),
        expect.objectContaining({ notice: { kind: "success", key: "saved", values: { count: 2 } } }),
      ]);
    }
    expect(other.dataOf(theirs)).toEqual([]);
    await using visitor = await app.open();
    expect(await visitor.call("subscription", "session.notifications")).toMatchObject({
      error: { data: { code: "UNAUTHORIZED" } },
    });
  });

  test("what one window of a browser has shown is not sent to it again, to its next window or after a reload", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using tab = await ann.open();
    await using device = await (await ann.signInAgain()).open();
    await using other = await bob.open();
    const id = await tab.subscribe("session.notifications");
    await app.app.services.notifications.notify(ann.id, { text: "one" });
    const [one] = (await tab.data(id, 1)) as [Shown];

    // Whoever is not its reader cannot take it.
    expect(await other.mutate("session.notificationShown", { id: one.id })).toMatchObject({
      result: { data: { isFirst: false } },
    });
    await using again = await ann.open();
    const before = await again.subscribe("session.notifications");
    expect(texts(await again.data(before, 1))).toEqual(["one"]);

    const taken = await Promise.all(
      [tab, again, tab].map((socket) => socket.mutate("session.notificationShown", { id: one.id })),
    );
    const first = taken.filter(({ result }) => JSON.stringify(result?.data) === '{"isFirst":true}');
    expect(first).toHaveLength(1);
    expect(await device.mutate("session.notificationShown", { id: "nothing" })).toMatchObject({
      result: { data: { isFirst: false } },
    });
    await app.app.services.notifications.notify(ann.id, { text: "two" });
    await using reloaded = await ann.open();
    const after = await reloaded.subscribe("session.notifications");
    expect(texts(await reloaded.data(after, 1))).toEqual(["two"]);
    const elsewhere = await device.subscribe("session.notifications");
    expect(texts(await device.data(elsewhere, 2))).toEqual(["one", "two"]);
    expect(texts(tab.dataOf(id))).toEqual(["one", "two"]);
  });

  test("a notice waits for a window that comes back within minutes, and not for one that comes later or signs in", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const { notifications } = app.app.services;
    await notifications.notify(ann.id, { text: "one" });
    started.advance(299_000);
    const later = await ann.signInAgain();
    await notifications.notify(ann.id, { text: "two" });

    expect((await notifications.listUnseen(ann.principal.session)).map(({ notice }) => notice.text)).toEqual([
      "one",
      "two",
    ]);
    expect(await notifications.listUnseen(later.principal.session)).toMatchObject([{ notice: { text: "two" } }]);
    started.advance(1_000);
    expect(await notifications.listUnseen(ann.principal.session)).toMatchObject([{ notice: { text: "two" } }]);
    await notifications.prune();
    expect(await app.db.select().from(app.db.tables.notifications)).toHaveLength(1);
  });

  test("a notice of a transaction that is undone is never sent", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.notifications");
    await socket.mutate("tellAndFail", { userId: ann.id, text: "undone" });
    await socket.mutate("tell", { userId: ann.id, text: "done" });
    expect(texts(await socket.data(id, 1))).toEqual(["done"]);
    expect(await app.db.select().from(app.db.tables.notifications)).toHaveLength(1);
  });

  test("a notice sent by another process arrives", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.notifications");
    const db = await openDatabase(started.url, { migrations: [] });
    try {
      // The bus of one process stands in for one that joins them.
      const { auth } = app;
      const elsewhere = createNotifications({
        db,
        bus: app.bus,
        clock: app.app.services.clock,
        sessionData: auth.sessionData,
      });
      await elsewhere.notify(ann.id, { kind: "warning", text: "from elsewhere" });
      expect(texts(await socket.data(id, 1))).toEqual(["from elsewhere"]);
    } finally {
      await db.close();
    }
  });

  test("malformed notices are the sender's mistake, and one for nobody is none", async () => {
    await using started = await start(dialect);
    const { notifications } = started.app.app.services;
    const ann = await started.app.signIn("ann");
    for (const notice of [
      {},
      { text: "a", key: "b" },
      { text: "x".repeat(501) },
      { text: "a", href: "https://evil.example" },
      { text: "a", href: "//evil.example" },
      { text: "a", kind: "loud" as never },
    ]) {
      await expect(notifications.notify(ann.id, notice)).rejects.toThrow(/"code"/);
    }
    await notifications.notify("nobody", { text: "hello" });
    expect(await started.app.db.select().from(started.app.db.tables.notifications)).toEqual([]);
    await notifications.notify(ann.id, { text: "x".repeat(500), href: "/notes?id=1" });
    expect(await notifications.listUnseen(ann.principal.session)).toHaveLength(1);
  });

  test("notices take no room from what the app keeps with the session", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const { notifications } = app.app.services;
    const holder = { kind: "session", id: ann.principal.session.id } as const;
    const values = new Map(Array.from({ length: 100 }, (_, key) => [`key${key}`, key]));
    await app.db.transaction((tx) => app.auth.sessionData.write(tx, holder, values));
    await notifications.notify(ann.id, { text: "one" });
    const [one] = await notifications.listUnseen(ann.principal.session);
    await app.db.transaction((tx) => notifications.take(tx, ann.principal.session, one?.id ?? ""));
    await app.db.transaction((tx) => app.auth.sessionData.write(tx, holder, new Map([["key1", "changed"]])));
    expect(await notifications.listUnseen(ann.principal.session)).toEqual([]);
  });
});
