import { and, desc, eq, inArray, ne, or, sql } from "drizzle-orm";
import { Lucia, TimeSpan } from "lucia";

import type { Bus } from "@countersign/bus";
import type { SessionEndReason, Settings } from "@countersign/contract";
import { type Database, forUpdate, type MaybePromise, notHeld, type Transaction } from "@countersign/db";

import { adminTopic } from "../admin/admin-topic.ts";
import type { Clock } from "../clock.ts";
import { newId } from "../new-id.ts";
import { createRightsReader, type HeldRights } from "../rights/held-rights.ts";

import { keepWhileUnchanged, type Person } from "./keep-while-unchanged.ts";
import { type Carrier, createLuciaReader, createLuciaWriter } from "./lucia-adapter.ts";
import { isMeantBy } from "./presented-token.ts";
import type { Principal, Session } from "./principal.ts";
import type { Beginning, DeviceSession, SessionCounts, SessionEngine } from "./session-engine.ts";
import { isOver, isRunning } from "./session-limits.ts";
import { createSessionRowReader, createUserRowReader, toPrincipal, toUser, type UserRow } from "./session-row.ts";
import { createSessionTouch } from "./session-touch.ts";
import { sessionsTopic } from "./sessions-topic.ts";
import { createToken, hashToken } from "./token.ts";

export interface LuciaEngineOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Pick<
    Settings,
    "SESSION_IDLE_SECONDS" | "SESSION_ABSOLUTE_SECONDS" | "SESSION_TOUCH_SECONDS" | "LEASE_SECONDS"
  >;
  readonly onError: (error: unknown) => void;
}

/** Sessions of one user: when one more begins, the one that was not used for longest ends. */
const mostSessions = 100;

/** A user agent is free text from outside: this much of it tells devices apart. */
const longestUserAgent = 512;

/** Sessions with Lucia 3 as the judge of which token is whose, and for how long. */
export function createLuciaEngine({ db, bus, clock, settings, onError }: LuciaEngineOptions): SessionEngine {
  const idleMs = settings.SESSION_IDLE_SECONDS * 1000;
  const absoluteMs = settings.SESSION_ABSOLUTE_SECONDS * 1000;
  const luciaOptions = {
    sessionExpiresIn: new TimeSpan(idleMs, "ms"),
    getSessionAttributes: (attributes: object) => attributes,
  };
  const counts: SessionCounts = { asked: 0, read: 0, roundTrips: 0 };
  const lucia = new Lucia(createLuciaReader(createSessionRowReader(db, counts), clock), luciaOptions);
  const rightsReader = createRightsReader(db, { mostAgeMs: settings.LEASE_SECONDS * 1000 });
  const findUser = createUserRowReader(db);
  const { sessions, users } = db.tables;

  /** What a session has from the sign-in it stands on. */
  function beginning({ remember, ip, userAgent, authenticatedAt }: Beginning, now: number) {
    return {
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      authenticatedAt: new Date(Math.min(authenticatedAt?.getTime() ?? now, now)),
      expiresAt: new Date(now + Math.min(idleMs, absoluteMs)),
      absoluteExpiresAt: new Date(now + absoluteMs),
      remember,
      ip,
      userAgent: userAgent?.slice(0, longestUserAgent) ?? null,
    };
  }

  async function end(tx: Transaction, { userId, sessionId, exceptSessionId }: Which, reason: SessionEndReason) {
    const which = and(
      eq(sessions.userId, userId),
      sessionId === undefined ? undefined : eq(sessions.id, sessionId),
      exceptSessionId === undefined ? undefined : ne(sessions.id, exceptSessionId),
    );
    // Several in the order of their ids, as everywhere: a provider's logout ends them without locking their user. With the one
    // that is left out, which gets another token after this at times.
    if (sessionId === undefined && tx.dialect === "postgres") {
      const all = tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.userId, userId));
      await forUpdate(tx, all.orderBy(sessions.id));
    }
    const ended = await tx.delete(sessions).where(which).returning({ id: sessions.id });
    const sessionIds = ended.map(({ id }) => id);
    if (sessionIds.length === 0) return sessionIds;
    tx.afterCommit(() => {
      bus.publish({ kind: "sessions-ended", sessionIds, reason });
      bus.publish({ kind: "topic", topic: sessionsTopic(userId) });
    });
    return sessionIds;
  }

  async function makeRoom(tx: Transaction, userId: string): Promise<void> {
    const surplus = await tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(eq(sessions.userId, userId))
      .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
      .limit(mostSessions)
      .offset(mostSessions - 1);
    for (const { id } of surplus) await end(tx, { userId, sessionId: id }, "ended");
  }

  async function read(tokenHash: string): Promise<Principal | null> {
    const { session } = await lucia.validateSession(tokenHash);
    if (session === null) return null;

    // Lucia's types know attributes only from a global declaration, which a library can't make for its users.
    const { row } = session as unknown as Carrier;
    // After the row, so that the rights are never older than the version they are kept under.
    const rights = rightsReader.read(row.user_id, row.user_version);
    return toPrincipal(row, rights instanceof Promise ? await rights : rights);
  }

  function readPerson(userId: string): MaybePromise<Person | null> {
    const found = findUser(userId);
    return found instanceof Promise ? found.then(toPerson) : toPerson(found);
  }

  function toPerson(row: UserRow | undefined): MaybePromise<Person | null> {
    if (row === undefined) return null;
    // After the row, as above.
    const rights = rightsReader.read(row.user_id, row.user_version);
    const withRights = (held: HeldRights) => ({
      user: toUser(row),
      permissions: held.permissions,
      groups: held.groups,
    });
    return rights instanceof Promise ? rights.then(withRights) : withRights(rights);
  }

  const validate = keepWhileUnchanged({
    db,
    clock,
    read,
    readPerson,
    onChange: (userId) => rightsReader.forget(userId),
  });

  return {
    validate(tokenHash, wait) {
      counts.asked += 1;
      return validate(tokenHash, wait);
    },
    counts,

    async explainToken(tokenHash) {
      const now = clock.now();
      const [known] = await db
        .select({
          tokenHash: sessions.tokenHash,
          isOver: sql<number>`case when ${isOver(sessions, new Date(now))} then 1 else 0 end`,
        })
        .from(sessions)
        .where(isMeantBy(sessions, tokenHash, now));
      if (!known) return "unknown";
      if (known.tokenHash !== tokenHash) return "replaced";
      return known.isOver === 1 ? "expired" : "unknown";
    },

    touch: createSessionTouch({ db, bus, clock, settings, onError }),

    async create(tx, { userId, ...begins }) {
      await makeRoom(tx, userId);
      const { token, tokenHash } = issueToken();
      const now = clock.now();
      const row = {
        id: newId(),
        userId,
        tokenHash,
        previousTokenHash: null,
        replacedAt: null,
        ...beginning(begins, now),
        impersonatedBy: null,
        version: 0,
      };
      const writer = new Lucia(createLuciaWriter(tx, row), luciaOptions);
      await writer.createSession(userId, {}, { sessionId: tokenHash });
      tx.afterCommit(() => {
        bus.publish({ kind: "topic", topic: adminTopic.sessions });
        bus.publish({ kind: "topic", topic: sessionsTopic(userId) });
      });
      return { token, session: toSession(row) };
    },

    async rotate(tx, sessionId, { reauthenticated = false, ifTokenHash, renewed } = {}) {
      const { token, tokenHash } = issueToken();
      const now = new Date(clock.now());
      const [row] = await tx
        .update(sessions)
        .set({
          tokenHash,
          // What stood there before this statement.
          previousTokenHash: sql`${sessions.tokenHash}`,
          replacedAt: now,
          version: sql`${sessions.version} + 1`,
          ...(reauthenticated ? { authenticatedAt: now } : {}),
          ...(renewed ? beginning(renewed, now.getTime()) : {}),
        })
        .where(
          and(
            eq(sessions.id, sessionId),
            ifTokenHash === undefined ? undefined : eq(sessions.tokenHash, ifTokenHash),
            isRunning(sessions, now),
          ),
        )
        .returning();
      if (!row) return null;

      tx.afterCommit(() => bus.publish({ kind: "session-rotated", sessionId }));
      return { token, session: toSession(row) };
    },

    end,

    async explainEnd(userId) {
      const [user] = await db.select({ isActive: users.isActive }).from(users).where(eq(users.id, userId));
      if (!user) return "deleted";
      if (user.isActive) return "ended";
      await db.transaction((tx) => end(tx, { userId }, "deactivated"));
      return "deactivated";
    },

    async list(userId) {
      const rows = await db
        .select()
        .from(sessions)
        .where(and(eq(sessions.userId, userId), isRunning(sessions, new Date(clock.now()))))
        .orderBy(desc(sessions.lastUsedAt), desc(sessions.id))
        .limit(mostSessions);
      return rows.map(toDeviceSession);
    },

    async prune() {
      const now = new Date(clock.now());
      const switchedOff = db.select({ id: users.id }).from(users).where(eq(users.isActive, false));
      const { id } = sessions;
      const gone = db
        .select({ id })
        .from(sessions)
        .where(or(isOver(sessions, now), inArray(sessions.userId, switchedOff)));
      const pruned = await db
        .delete(sessions)
        .where(inArray(id, notHeld(db, gone)))
        .returning({ id });
      return pruned.length;
    },
  };
}

type Which = Parameters<SessionEngine["end"]>[1];

function issueToken(): { token: string; tokenHash: string } {
  const token = createToken();
  const tokenHash = hashToken(token);
  if (tokenHash === null) throw new Error("A token just made is malformed: createToken and hashToken disagree.");
  return { token, tokenHash };
}

type StoredSession = Transaction["tables"]["sessions"]["$inferSelect"];

/** Field by field: neither the token's hash nor a column added later gets out. */
function toSession(row: StoredSession): Session {
  return {
    id: row.id,
    userId: row.userId,
    createdAt: row.createdAt,
    lastUsedAt: row.lastUsedAt,
    authenticatedAt: row.authenticatedAt,
    expiresAt: row.expiresAt,
    absoluteExpiresAt: row.absoluteExpiresAt,
    remember: row.remember,
    impersonatedBy: row.impersonatedBy,
    version: row.version,
  };
}

function toDeviceSession(row: StoredSession): DeviceSession {
  return { ...toSession(row), ip: row.ip, userAgent: row.userAgent };
}
