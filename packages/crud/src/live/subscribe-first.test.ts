import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { z } from "zod";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { rowsTopic } from "@countersign/db";
import { liveList } from "@countersign/rpc";
import { LiveView, type RawSocket, type TestApp } from "@countersign/rpc/testing";

import { procedures, startCrudApp } from "../test/app.ts";
import type { Tables } from "../test/tables.ts";

/** `TRIES=10000` for as many as the catalogue asks for: a quarter of an hour. */
const tries = Number(process.env["TRIES"] ?? 200);
const atOnce = 10;
const longestMs = 50;

const OfProject = z.strictObject({ projectId: z.uuid(), lastEventId: z.string().optional() });
const watched = { table: "tasks", column: "project_id" };
const anyMoment = () => pause(Math.random() * longestMs);

/** Lists that are shown as they were up to fifty milliseconds ago: by then anything may have changed. */
const lists = procedures.router({
  live: procedures
    .procedureWith({}, { watches: [watched] })
    .input(OfProject)
    .subscription(({ ctx: { db, caller, rule }, input: { projectId, lastEventId } }) => {
      const topic = rowsTopic(watched, projectId);
      const read = () => readLate(db, projectId);
      return liveList({ caller, rule }, { topic, key: topic, read, lastEventId });
    }),
  /** As it must not be done: read first, then listened to. */
  late: procedures
    .procedureWith({}, { watches: [watched] })
    .input(OfProject)
    .subscription(async function* ({ ctx: { db, caller }, input: { projectId }, signal }) {
      const rows = await readLate(db, projectId);
      yield { data: { type: "list", rows } };
      const topic = rowsTopic(watched, projectId);
      const { promise: heard, resolve } = Promise.withResolvers<void>();
      const stop = caller.services.bus.subscribe((hint) => {
        if (hint.kind === "topic" && hint.topic === topic) resolve();
      });
      signal?.addEventListener("abort", () => resolve());
      await heard;
      stop();
      yield { data: { type: "list", rows: await readLate(db, projectId) } };
    }),
});

async function readLate(db: TestApp<Tables>["db"], projectId: string) {
  const { id, version, title, projectId: ofProject } = db.tables.tasks;
  const rows = await db.select({ id, version, title }).from(db.tables.tasks).where(eq(ofProject, projectId));
  await anyMoment();
  return rows;
}

describeDatabases((dialect) => {
  test(`REL-47: what changes while a list is read and subscribed to is never lost (${tries} tries)`, async () => {
    expect(await countLost(dialect, "live", tries, 10_000)).toBe(0);
  }, 1_800_000);

  test("negative control: who reads first and then listens loses changes", async () => {
    expect(await countLost(dialect, "late", 40, 300)).toBeGreaterThan(0);
  });
});

/** Changes a row at any moment around the beginning of a subscription to it; how often the change was not shown in time. */
async function countLost(dialect: TestDialect, path: string, count: number, withinMs: number): Promise<number> {
  await using started = await startCrudApp(dialect, {
    router: lists,
    settings: { CALLS_PER_SECOND: 100_000, CALLS_BURST: 100_000 },
  });
  const { app } = started;
  const ann = await app.signIn("ann");
  const lost = await Promise.all(
    Array.from({ length: atOnce }, async () => {
      await using socket = await ann.open();
      const projectId = await makeProject(app);
      let missed = 0;
      for (let turn = 0; turn < count / atOnce; turn += 1) {
        const isShown = await changeMeanwhile(app, socket, { path, projectId, turn, withinMs });
        if (!isShown) missed += 1;
      }
      return missed;
    }),
  );
  return lost.reduce((sum, missed) => sum + missed, 0);
}

async function changeMeanwhile(
  { db }: TestApp<Tables>,
  socket: RawSocket,
  options: { readonly path: string; readonly projectId: string; readonly turn: number; readonly withinMs: number },
): Promise<boolean> {
  const { path, projectId, turn, withinMs } = options;
  const { tasks } = db.tables;
  const title = `turn ${turn}`;
  const change = anyMoment().then(() =>
    db
      .update(tasks)
      .set({ title, version: turn + 2 })
      .where(eq(tasks.projectId, projectId)),
  );
  const view = await LiveView.open(socket, path, { projectId });
  await change;
  const isShown = await view
    .until((rows) => rows.some((row) => row["title"] === title), withinMs)
    .then(
      () => true,
      () => false,
    );
  socket.send({ id: view.id, method: "subscription.stop" });
  // What is over is not looked through again.
  socket.frames.length = 0;
  return isShown;
}

async function makeProject({ db }: TestApp<Tables>): Promise<string> {
  const projectId = crypto.randomUUID();
  await db.insert(db.tables.projects).values({ id: projectId, name: "ship", version: 1 });
  const task = { id: crypto.randomUUID(), projectId, title: "before", version: 1, createdAt: new Date() };
  await db.insert(db.tables.tasks).values(task);
  return projectId;
}
