import { createMemoryBus } from "@countersign/bus";
import { openDatabase } from "@countersign/db";
import { sessionRouter } from "@countersign/rpc";

import { monotonicMs } from "../monotonic-clock.ts";
import { crudTasks, procedures } from "../rows/crud-tasks.ts";
import { handWrittenTasks } from "../rows/hand-written-tasks.ts";
import { tables } from "../rows/tables.ts";
import type { Side } from "../side/side.ts";

import { createBenchApp } from "./bench-app.ts";
import { countReads } from "./count-reads.ts";

/** The app with tasks, once through the router of rows and once by hand. */
export async function serveRows(databaseUrl: string): Promise<Side> {
  await using stack = new AsyncDisposableStack();
  const { db, take } = countReads(stack.use(await openDatabase(databaseUrl, { tables, migrations: [] })));
  let commitsAt: number[] = [];
  // Before the app, so that the moment is noted before anything follows from it.
  await db.watchRows([{ table: "tasks", column: "project_id" }], () => void commitsAt.push(monotonicMs()));

  const { app } = createBenchApp({
    router: procedures.router({ task: crudTasks, byHand: handWrittenTasks, session: sessionRouter }),
    db,
    bus: createMemoryBus(),
    settings: {},
  });
  const port = await app.listen({ port: 0, host: "127.0.0.1" });
  // It lives as long as the process.
  stack.move();
  return {
    port,
    act: (action) => Promise.reject(new Error(`This side cannot ${action.kind}.`)),
    observe() {
      const observation = { commitsAt, ...take() };
      commitsAt = [];
      return observation;
    },
  };
}
