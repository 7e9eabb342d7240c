import { DatabaseSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect } from "@app/services/databases";
import { CloseCode, type LiveRow } from "@countersign/contract";

import { isInCall } from "../procedure/current-call.ts";
import { createProcedures } from "../procedure/procedures.ts";
import { LiveView } from "../testing/live-view.ts";
import type { RawSocket } from "../testing/raw-socket.ts";
import { startTestApp } from "../testing/test-app.ts";

import { liveList, livePage } from "./live-list.ts";

/** More than are told in one turn. */
const crowd = 300;

describeDatabases((dialect) => {
  test("however many show one list, a change is read once, and each of them is sent it", async () => {
    await using started = await startLists(dialect);
    const { lists, app } = started;
    const ann = await app.signIn("ann");
    const views = await Promise.all(
      Array.from({ length: crowd }, async () => LiveView.open(await started.open(ann.cookie), "shared")),
    );
    await Promise.all(views.map((view) => view.until((rows) => rows.length === 1)));

    lists.reads.length = 0;
    lists.rows = [{ id: "a", version: 2 }];
    app.bus.publish({ kind: "topic", topic: "shared" });
    await Promise.all(views.map((view) => view.until(([row]) => row?.version === 2)));
    expect(lists.reads).toEqual(["shared"]);
    expect(new Set(views.map((view) => view.frames.length))).toEqual(new Set([2]));
  });

  test("who begins to listen while others are told reads what has changed by then", async () => {
    await using started = await startLists(dialect);
    const { lists, app } = started;
    const ann = await app.signIn("ann");
    const early = await LiveView.open(await started.open(ann.cookie), "shared");
    await early.until((rows) => rows.length === 1);

    for (let version = 2; version < 30; version += 1) {
      // The change is committed, and told, while somebody is just beginning.
      const beginning = LiveView.open(await started.open(ann.cookie), "shared");
      for (let turns = version % 5; turns > 0; turns -= 1) await turn();
      lists.rows = [{ id: "a", version }];
      app.bus.publish({ kind: "topic", topic: "shared" });
      const views = [early, await beginning];
      await Promise.all(views.map((view) => view.until(([row]) => row?.version === version)));
      expect(views.map((view) => view.rows)).toEqual([lists.rows, lists.rows]);
    }
  });

  test("lists that are read apart are all read, however many there are", async () => {
    await using started = await startLists(dialect);
    const ann = await started.app.signIn("ann");
    const sockets = await Promise.all(Array.from({ length: 30 }, () => started.open(ann.cookie)));
    const views = await Promise.all(
      Array.from({ length: 600 }, (_, index) =>
        LiveView.open(sockets[index % sockets.length] as RawSocket, "apart", { key: `key ${index}` }),
      ),
    );
    await Promise.all(views.map((view) => view.until((rows) => rows.length === 1)));
    expect(new Set(started.lists.reads).size).toBe(600);
  });
});

test("a reader that does not read for a while is shown the newest state then, and not what lay between", async () => {
  await using started = await startLists(sqliteDialect);
  const { lists, app } = started;
  const ann = await app.signIn("ann");
  const socket = await started.open(ann.cookie);
  const view = await LiveView.open(socket, "shared");
  await view.until((rows) => rows.length === 1);

  socket.socket.pause();
  const newest = 60;
  let most = 0;
  for (let version = 2; version <= newest; version += 1) {
    lists.rows = [{ id: "a", version, text: "x".repeat(500_000) }];
    app.bus.publish({ kind: "topic", topic: "shared" });
    await pause(10);
    for (const connection of app.app.services.connections) most = Math.max(most, connection.socket.bufferedAmount);
  }
  // What lies in the system's buffers has left this process; here waits no more than one frame, and a little.
  expect(most).toBeLessThan(700_000);
  socket.socket.resume();
  await view.until(([row]) => row?.version === newest);
  expect(view.frames.length).toBeLessThan(newest / 2);
});

test("who has lost the session by the time of their turn is not told, though others of the same round are", async () => {
  await using started = await startLists(sqliteDialect);
  const { lists, app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const open = async ({ cookie }: { readonly cookie: string }) => LiveView.open(await started.open(cookie), "shared");
  const lastSocket = await started.open(bob.cookie);
  // Told in the order in which they came: Bob in the first turn, and in the last.
  const first = await open(bob);
  const views = await Promise.all(Array.from({ length: crowd }, () => open(ann)));
  const last = await LiveView.open(lastSocket, "shared");
  await Promise.all([first, ...views, last].map((view) => view.until((rows) => rows.length === 1)));

  // Another program takes the session away between the first turn and the last one.
  using other = new DatabaseSync(started.databaseUrl.slice("sqlite:".length));
  lists.onRead = () => other.exec(`DELETE FROM sessions WHERE user_id = '${bob.id}'`);
  lists.rows = [{ id: "a", version: 2 }];
  app.bus.publish({ kind: "topic", topic: "shared" });
  await Promise.all(views.map((view) => view.until(([row]) => row?.version === 2)));

  // Until the close, so that nothing is still on its way.
  expect((await lastSocket.closed).code).toBe(CloseCode.sessionEnded);
  expect(last.frames).toHaveLength(1);
});

test("what a list reads is read for no call: whoever brought a change about is not who it runs for", async () => {
  await using started = await startLists(sqliteDialect);
  const { app, lists } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const view = await LiveView.open(await started.open(ann.cookie), "shared");
  await view.until((rows) => rows.length === 1);
  const readFor: boolean[] = [];
  lists.onRead = () => void readFor.push(isInCall());
  lists.rows = [{ id: "a", version: 2 }];

  const socket = await started.open(bob.cookie);
  // The negative control: where it is told, there is a call.
  expect(await socket.mutate("tell")).toMatchObject({ result: { data: true } });
  await view.until(([row]) => row?.version === 2);
  expect(readFor).toEqual([false]);
});

/** Until the end of this turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/** An app with a list that all see alike, and lists that each have for themselves. */
async function startLists(dialect: Parameters<Parameters<typeof describeDatabases>[0]>[0]) {
  const lists = {
    rows: [{ id: "a", version: 1 }] as readonly (LiveRow & { readonly text?: string })[],
    reads: [] as string[],
    onRead: () => {},
  };
  async function read(key: string) {
    lists.reads.push(key);
    lists.onRead();
    return lists.rows;
  }
  const { router, protectedProcedure } = createProcedures();
  const testRouter = router({
    shared: protectedProcedure.subscription(({ ctx }) =>
      liveList(ctx, { topic: "shared", key: "shared", read: () => read("shared") }),
    ),
    tell: protectedProcedure.mutation(({ ctx }) =>
      ctx.transaction(async (tx) => {
        tx.afterCommit(() => ctx.bus.publish({ kind: "topic", topic: "shared" }));
        return isInCall();
      }),
    ),
    apart: protectedProcedure
      .input((value) => value as { readonly key: string })
      .subscription(({ ctx, input: { key } }) =>
        livePage(ctx, { reading: () => ({ key, topics: [key], read: async () => ({ rows: await read(key) }) }) }),
      ),
  });
  const database = await dialect.create();
  const many = {
    MAX_CONNECTIONS_PER_IP: 1000,
    MAX_CONNECTIONS_PER_USER: 1000,
    MAX_CONNECTIONS_PER_SESSION: 1000,
    CALLS_BURST: 10_000,
  };
  const app = await startTestApp({ router: testRouter, databaseUrl: database.url, settings: many });
  const sockets: RawSocket[] = [];
  return {
    app,
    lists,
    databaseUrl: database.url,
    async open(cookie: string) {
      const socket = await app.open(cookie);
      sockets.push(socket);
      return socket;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(sockets.map((socket) => socket[Symbol.asyncDispose]()));
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
