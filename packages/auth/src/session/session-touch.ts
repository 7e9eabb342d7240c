import { AsyncLocalStorage } from "node:async_hooks";

import { and, inArray, lte, sql } from "drizzle-orm";

import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import { type Database, notHeld } from "@countersign/db";

import type { Clock } from "../clock.ts";

import type { Principal } from "./principal.ts";
import { isRunning } from "./session-limits.ts";
import { sessionsTopic } from "./sessions-topic.ts";

interface TouchOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Pick<Settings, "SESSION_IDLE_SECONDS" | "SESSION_TOUCH_SECONDS">;
  readonly onError: (error: unknown) => void;
}

/** Most sessions written down by one statement. */
const batchSize = 500;

/**
 * Writes down that sessions are being used, each at most once per `SESSION_TOUCH_SECONDS`, and moves their idle limit.
 * Those that come due while a write is running are written together by the next one, so a crowd costs few commits.
 */
export function createSessionTouch({
  db,
  bus,
  clock,
  settings,
  onError,
}: TouchOptions): (principal: Principal) => void {
  const idleMs = settings.SESSION_IDLE_SECONDS * 1000;
  // Often enough that a session in use is never taken for an idle one.
  const intervalMs = Math.min(settings.SESSION_TOUCH_SECONDS * 1000, idleMs / 4);
  /** When each session was last taken up, the longest ago first: callers may hold readings from before the write. */
  const takenUp = new Map<string, number>();
  const due = new Set<string>();
  // Whoever touches from within a transaction has nothing to do with the write: it is no part of that transaction.
  const runOutside = AsyncLocalStorage.snapshot();
  let isWriting = false;

  async function writeAllDue(): Promise<void> {
    isWriting = true;
    while (due.size > 0) {
      const ids = [...due].slice(0, batchSize);
      for (const id of ids) due.delete(id);
      try {
        await write(ids);
      } catch (error) {
        // Its next use tries again.
        for (const id of ids) takenUp.delete(id);
        onError(error);
      }
    }
    isWriting = false;
  }

  async function write(ids: readonly string[]): Promise<void> {
    const { sessions } = db.tables;
    const now = new Date(clock.now());
    const end = sql.param(new Date(now.getTime() + idleMs), sessions.expiresAt);
    const touched = await db
      .update(sessions)
      .set({
        lastUsedAt: now,
        // What the browser is shown of the session changes with it.
        version: sql`${sessions.version} + 1`,
        // Not beyond the absolute end, and never back: a clock that was set back takes no life away.
        expiresAt: sql`CASE WHEN ${sessions.absoluteExpiresAt} < ${end} THEN ${sessions.absoluteExpiresAt}
          WHEN ${sessions.expiresAt} > ${end} THEN ${sessions.expiresAt} ELSE ${end} END`,
      })
      .where(
        and(
          inArray(sessions.id, unlocked(db, ids)),
          lte(sessions.lastUsedAt, new Date(now.getTime() - intervalMs)),
          // What has ended stays ended.
          isRunning(sessions, now),
        ),
      )
      .returning({ id: sessions.id, userId: sessions.userId });
    for (const { id, userId } of touched) {
      bus.publish({ kind: "session", sessionId: id });
      bus.publish({ kind: "topic", topic: sessionsTopic(userId) });
    }
  }

  function forgetOld(now: number): void {
    for (const [id, at] of takenUp) {
      if (Math.abs(now - at) < intervalMs) return;
      takenUp.delete(id);
    }
  }

  return ({ session }) => {
    const now = clock.now();
    if (now - session.lastUsedAt.getTime() < intervalMs) return;
    const at = takenUp.get(session.id);
    if (at !== undefined && now - at < intervalMs) return;

    forgetOld(now);
    takenUp.delete(session.id);
    takenUp.set(session.id, now);
    due.add(session.id);
    if (!isWriting) void runOutside(writeAllDue);
  };
}

/** Those no other transaction is changing, in one order everywhere: what is being rotated, ended or touched can be left out. */
function unlocked(db: Database, ids: readonly string[]) {
  const { sessions } = db.tables;
  const all = db
    .select({ id: sessions.id })
    .from(sessions)
    .where(inArray(sessions.id, [...ids]));
  return notHeld(db, all.orderBy(sessions.id));
}
