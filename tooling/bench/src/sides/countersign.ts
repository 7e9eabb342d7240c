import { eq } from "drizzle-orm";

import { createMemoryBus } from "@countersign/bus";
import { type Database, openDatabase } from "@countersign/db";
import { createProcedures, authRouter, sessionRouter } from "@countersign/rpc";

import { monotonicMs } from "../monotonic-clock.ts";
import type { Action, Side, SidePlan } from "../side/side.ts";

import type { Answer } from "./answer.ts";
import { createBenchApp } from "./bench-app.ts";
import { permission } from "./permission.ts";

/**
 * The app as `apps/server` puts it together. `me` is behind a permission, and the session is read from the database for
 * every call.
 */
export async function serveCountersign({
  databaseUrl = "",
  commitsPerSecond = 0,
  settings = {},
  isFlooded,
}: SidePlan): Promise<Side> {
  const db = await openDatabase(databaseUrl, { migrations: [] });
  const bus = createMemoryBus();
  const endedAt = new Map<string, number>();
  // Before the app, so that the moment is noted before anything follows from it.
  bus.subscribe((hint) => {
    if (hint.kind !== "sessions-ended") return;
    for (const sessionId of hint.sessionIds) endedAt.set(sessionId, monotonicMs());
  });

  const { permissionProcedure, router } = createProcedures({ permissions: [permission] });
  const me = permissionProcedure(permission).query(({ ctx: { user } }): Answer => ({
    id: user.id,
    username: user.username,
    email: user.email ?? "",
  }));
  const { app, auth } = createBenchApp({
    router: router({ me, auth: authRouter, session: sessionRouter }),
    db,
    bus,
    settings,
    isFlooded,
  });

  async function act(action: Action): Promise<number> {
    switch (action.kind) {
      case "change-user": {
        const { users } = db.tables;
        await db.update(users).set({ firstName: action.firstName }).where(eq(users.id, action.userId));
        const at = monotonicMs();
        bus.publish({ kind: "user", userId: action.userId });
        return at;
      }
      case "deactivate":
        await auth.accounts.setActive(action.userId, false);
        return monotonicMs();
      case "stall": {
        const until = monotonicMs() + action.ms;
        while (monotonicMs() < until);
        return until;
      }
      case "when-ended": {
        const at = endedAt.get(action.sessionId);
        if (at === undefined) throw new Error("The session has not ended.");
        return at;
      }
      case "broadcast":
      case "when-told":
      case "send-text":
        throw new Error("This side pushes changes, not data.");
    }
  }

  if (commitsPerSecond > 0) await commitContinually(db, 1000 / commitsPerSecond);
  return { port: await app.listen({ port: 0, host: "127.0.0.1" }), act };
}

/** Writes a column that changes no session and no right, again and again. */
async function commitContinually(db: Database, everyMs: number): Promise<void> {
  const { users } = db.tables;
  const [first] = await db.select({ id: users.id }).from(users).limit(1);
  if (!first) throw new Error("There is no user to be written.");
  const commit = () =>
    db
      .update(users)
      .set({ lastLoginAt: new Date() })
      .where(eq(users.id, first.id))
      .then(() => undefined);
  let last = Promise.resolve();
  setInterval(() => {
    last = last.then(commit);
  }, everyMs);
}
