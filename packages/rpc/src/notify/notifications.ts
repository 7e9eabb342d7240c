import { and, desc, eq, gt, like, lte } from "drizzle-orm";
import type { z } from "zod";

import { type Clock, type DataHolder, newId, type SessionData } from "@countersign/auth";
import type { Bus } from "@countersign/bus";
import { Notice, type Notification } from "@countersign/contract";
import type { Database, Transaction } from "@countersign/db";

/** How long a notice waits for windows that are just reconnecting, in milliseconds. */
const lifetimeMs = 5 * 60 * 1000;
/** Most notices a window is caught up with. */
const mostWaiting = 50;
/** Keys of the session's data that begin like this cannot be declared: they are the library's own. */
const seenPrefix = "$notice:";

/**
 * Short messages to a user's open windows, on every replica. They are kept for minutes, because the bus carries no data and
 * may lose hints: a window that was away for a moment gets them as well. Who has closed everything never sees them.
 */
export interface Notifications {
  /** Sends a notice to all windows of this user. Nothing happens when there is no such user. @throws when it is malformed. */
  notify(userId: string, notice: NoticeInput): Promise<void>;
  /** The same as part of a transaction: it is sent after the commit, and never when it rolls back. */
  notifyIn(tx: Transaction, userId: string, notice: NoticeInput): Promise<void>;
  /** What this session's browser has not shown yet, the oldest first. */
  listUnseen(session: Seer): Promise<readonly Notification[]>;
  /** Takes a notice for one window of the session's browser. False when another one has it, and when it is not theirs. */
  take(tx: Transaction, session: Seer, id: string): Promise<boolean>;
  /** Removes what is past its time. */
  prune(): Promise<void>;
}

/** The session whose browser is shown notices: those since it began. */
export interface Seer {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
}

/** A notice as it is handed in; its kind is `info` unless it says otherwise. */
export type NoticeInput = z.input<typeof Notice>;

/** Touched when there may be a notice for the user. */
export function notificationTopic(userId: string): string {
  return `notifications:${userId}`;
}

export function createNotifications(options: {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessionData: SessionData;
}): Notifications {
  const { db, bus, clock, sessionData } = options;
  const { notifications, users, sessionData: entries } = db.tables;
  const isAlive = () => gt(notifications.expiresAt, new Date(clock.now()));

  async function notifyIn(tx: Transaction, userId: string, notice: NoticeInput): Promise<void> {
    const message = Notice.parse(notice);
    const now = clock.now();
    const [user] = await tx.select({ id: users.id }).from(users).where(eq(users.id, userId));
    if (!user) return;
    await tx.insert(notifications).values({
      id: newId(),
      userId,
      message,
      createdAt: new Date(now),
      expiresAt: new Date(now + lifetimeMs),
    });
    tx.afterCommit(() => bus.publish({ kind: "topic", topic: notificationTopic(userId) }));
  }

  return {
    notifyIn,
    notify: (userId, notice) => db.transaction((tx) => notifyIn(tx, userId, notice)),

    async listUnseen({ id, userId, createdAt }) {
      const rows = await db
        .select()
        .from(notifications)
        .where(and(eq(notifications.userId, userId), isAlive()))
        .orderBy(desc(notifications.id))
        .limit(mostWaiting);
      // Who has just signed in is not shown what was said before.
      const recent = rows.filter((row) => row.createdAt >= createdAt).toReversed();
      if (recent.length === 0) return [];
      const seen = await sessionData.read(
        holderOf(id),
        recent.map((row) => seenPrefix + row.id),
      );
      return recent.flatMap((row) => {
        const notice = Notice.safeParse(row.message);
        if (!notice.success || seen.has(seenPrefix + row.id)) return [];
        return [{ id: row.id, createdAt: row.createdAt.toISOString(), notice: notice.data }];
      });
    },

    async take(tx, { id: sessionId, userId }, id) {
      const isTheirs = and(eq(notifications.id, id), eq(notifications.userId, userId));
      const [known] = await tx.select({ id: notifications.id }).from(notifications).where(isTheirs);
      if (!known) return false;
      // A notice that is gone need not be remembered any longer.
      const isOld = lte(entries.updatedAt, new Date(clock.now() - lifetimeMs));
      await tx.delete(entries).where(and(eq(entries.sessionId, sessionId), isOld, like(entries.key, `${seenPrefix}%`)));
      // Inserted rather than written over: of two windows at once, one is the first.
      const taken = await tx
        .insert(entries)
        .values({ sessionId, key: seenPrefix + id, value: true, updatedAt: new Date(clock.now()) })
        .onConflictDoNothing()
        .returning({ key: entries.key });
      return taken.length > 0;
    },

    async prune() {
      await db.delete(notifications).where(lte(notifications.expiresAt, new Date(clock.now())));
    },
  };
}

function holderOf(sessionId: string): DataHolder {
  return { kind: "session", id: sessionId };
}
