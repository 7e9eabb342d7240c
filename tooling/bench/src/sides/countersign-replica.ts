import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { type Bus, createMemoryBus, createPostgresBus, createRedisBus, type Hint } from "@countersign/bus";
import { openDatabase } from "@countersign/db";
import {
  accountRouter,
  adminRouter,
  authRouter,
  createProcedures,
  LiveInput,
  liveList,
  sessionRouter,
} from "@countersign/rpc";

import { monotonicMs } from "../monotonic-clock.ts";
import type { ReplicaBus, Side, SidePlan } from "../side/side.ts";

import { createBenchApp } from "./bench-app.ts";
import { permission } from "./permission.ts";

/** About what a page of rows takes on a server that is busy. */
const readingMs = 10;

/** One of several servers of an app, with all by which access is given and taken. `me`, `report` and `watch` are behind a permission. */
export async function serveReplica({
  databaseUrl = "",
  bus: choice,
  mailFile,
  settings = {},
  provider,
}: SidePlan): Promise<Side> {
  const db = await openDatabase(databaseUrl, { migrations: [] });
  const bus = await openBus(choice);
  const toldAt = new Map<string, number>();
  // Before the app, so that the moment is noted before anything follows from it.
  bus.subscribe((hint) => {
    const at = monotonicMs();
    for (const id of idsOf(hint)) if (!toldAt.has(id)) toldAt.set(id, at);
  });

  const { permissionProcedure, router } = createProcedures({ permissions: [permission] });
  const allowed = permissionProcedure(permission);
  const rows = [{ id: "1", version: 1 }];
  const own = router({
    me: allowed.query(({ ctx: { user } }) => user.username),
    report: allowed.query(async ({ ctx: { user } }) => {
      await pause(readingMs);
      return user.username;
    }),
    watch: allowed
      .input(LiveInput)
      .subscription(({ ctx }) => liveList(ctx, { topic: "bench", key: "bench", read: async () => rows })),
    account: accountRouter,
    admin: adminRouter,
    auth: authRouter,
    session: sessionRouter,
  });
  const mailer = {
    send: async (mail: object) => {
      if (mailFile !== undefined) appendFileSync(mailFile, `${JSON.stringify(mail)}\n`);
    },
  };
  const { app } = createBenchApp({ router: own, db, bus, settings, mailer, provider });
  const port = await app.listen({ port: 0, host: "127.0.0.1" });

  return {
    port,
    async act(action) {
      if (action.kind !== "when-told") throw new Error(`This side cannot ${action.kind}.`);
      const at = toldAt.get(action.id);
      if (at === undefined) throw new Error("Nothing was told of this one.");
      return at;
    },
  };
}

/** Whose access may have gone. */
function idsOf(hint: Hint): readonly string[] {
  if (hint.kind === "sessions-ended") return hint.sessionIds;
  return hint.kind === "user" ? [hint.userId] : [];
}

async function openBus({ kind, url }: ReplicaBus = { kind: "none", url: "" }): Promise<Bus> {
  const onError = (error: unknown) => console.error("The bus", error);
  if (kind === "none") return createMemoryBus({ onError });
  const bus = kind === "redis" ? createRedisBus({ url, onError }) : createPostgresBus({ url, onError });
  while (!bus.isConnected) await pause(10);
  return bus;
}
