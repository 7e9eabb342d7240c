import { and, count, eq, gt, inArray, lte, notInArray, notLike } from "drizzle-orm";

import type { Bus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";
import { type Database, forUpdate, type Transaction } from "@countersign/db";

import type { Clock } from "../clock.ts";
import { newId } from "../new-id.ts";
import { isMeantBy } from "../session/presented-token.ts";
import { isRunning } from "../session/session-limits.ts";
import { createToken, hashToken } from "../session/token.ts";

import { describeFault, mostKeys } from "./data-value.ts";
import { type DataHolder, dataTopic, type NewVisitor, type SessionData } from "./session-data.ts";

interface SessionDataOptions {
  readonly db: Database;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly settings: Pick<Settings, "VISITOR_DATA" | "VISITOR_SECONDS" | "KEEP_AT_SIGN_OUT">;
}

type Values = ReadonlyMap<string, unknown>;
type Reader = Pick<Transaction, "select">;

const nothing: Values = new Map();

export function createSessionData({ db, bus, clock, settings }: SessionDataOptions): SessionData {
  const { sessions, sessionData, visitors, visitorData } = db.tables;
  const visitorExpiry = () => new Date(clock.now() + settings.VISITOR_SECONDS * 1000);
  const isPresent = () => gt(visitors.expiresAt, new Date(clock.now()));

  async function read(from: Reader, holder: DataHolder, keys?: readonly string[]): Promise<Values> {
    if (keys?.length === 0) return nothing;
    const { table, owner } = placeOf(holder);
    const isOwn = eq(owner, holder.id);
    const rows = await from
      .select({ key: table.key, value: table.value })
      .from(table)
      .where(keys === undefined ? isOwn : and(isOwn, inArray(table.key, [...keys])));
    return new Map(rows.map(({ key, value }) => [key, value]));
  }

  async function write(tx: Transaction, holder: DataHolder, changes: Values): Promise<boolean> {
    for (const [key, value] of changes) requireFitting(key, value);
    if (changes.size === 0 || !(await hold(tx, holder))) return false;

    await requireRoom(tx, holder, changes);
    for (const [key, value] of changes) await writeOne(tx, holder, key, value);
    tx.afterCommit(() => bus.publish({ kind: "topic", topic: dataTopic(holder) }));
    return true;
  }

  /** Is the holder there, and will it be until the commit? A visitor's time begins anew. */
  async function hold(tx: Transaction, holder: DataHolder): Promise<boolean> {
    if (holder.kind === "visitor") {
      const held = await tx
        .update(visitors)
        .set({ expiresAt: visitorExpiry() })
        .where(and(eq(visitors.id, holder.id), isPresent()))
        .returning({ id: visitors.id });
      return held.length > 0;
    }
    const now = new Date(clock.now());
    const session = tx
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(eq(sessions.id, holder.id), isRunning(sessions, now)));
    // A share of the row: the session cannot end before the commit, and others who write data do not wait.
    const held = await (tx.dialect === "postgres" ? session.for("key share") : session);
    return held.length > 0;
  }

  async function requireRoom(tx: Transaction, holder: DataHolder, changes: Values): Promise<void> {
    const { table, owner } = placeOf(holder);
    const added = [...changes].filter(([key, value]) => !isNone(value) && !key.startsWith("$")).length;
    // The library's own keys take no room from the app's.
    const others = and(eq(owner, holder.id), notInArray(table.key, [...changes.keys()]), notLike(table.key, "$%"));
    const [row] = await tx.select({ count: count() }).from(table).where(others);
    if ((row?.count ?? 0) + added <= mostKeys) return;
    throw new Error(`A session keeps at most ${mostKeys} keys. Keep what belongs together under one of them.`);
  }

  async function writeOne(tx: Transaction, holder: DataHolder, key: string, value: unknown): Promise<void> {
    const updatedAt = new Date(clock.now());
    if (isNone(value)) {
      const { table, owner } = placeOf(holder);
      await tx.delete(table).where(and(eq(owner, holder.id), eq(table.key, key)));
      return;
    }
    const entry = { key, value, updatedAt };
    const set = { value, updatedAt };
    if (holder.kind === "session") {
      const target = [sessionData.sessionId, sessionData.key];
      await tx
        .insert(sessionData)
        .values({ sessionId: holder.id, ...entry })
        .onConflictDoUpdate({ target, set });
    } else {
      const target = [visitorData.visitorId, visitorData.key];
      await tx
        .insert(visitorData)
        .values({ visitorId: holder.id, ...entry })
        .onConflictDoUpdate({ target, set });
    }
  }

  function placeOf({ kind }: DataHolder) {
    return kind === "session"
      ? { table: sessionData, owner: sessionData.sessionId }
      : { table: visitorData, owner: visitorData.visitorId };
  }

  async function findVisitor(from: Reader, tokenHash: string | null): Promise<DataHolder | null> {
    if (!settings.VISITOR_DATA || tokenHash === null) return null;
    const [visitor] = await from
      .select({ id: visitors.id })
      .from(visitors)
      .where(and(eq(visitors.tokenHash, tokenHash), isPresent()));
    return visitor ? { kind: "visitor", id: visitor.id } : null;
  }

  async function createVisitor(tx: Transaction): Promise<NewVisitor> {
    const token = createToken();
    const tokenHash = hashToken(token);
    if (tokenHash === null) throw new Error("A token just made is malformed: createToken and hashToken disagree.");
    const id = newId();
    await tx.insert(visitors).values({ id, tokenHash, createdAt: new Date(clock.now()), expiresAt: visitorExpiry() });
    return { holder: { kind: "visitor", id }, token };
  }

  return {
    read: (holder, keys) => read(db, holder, keys),
    write,
    findVisitor: (tokenHash) => findVisitor(db, tokenHash),
    createVisitor,

    async takeOver(tx, { presented, visitorHash, userId }) {
      const visitor = await findVisitor(tx, visitorHash);
      // The session before the visitor, as whoever signs out of it does at this moment.
      if (visitor && presented) {
        const { id } = presented.session;
        await forUpdate(tx, tx.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, id)));
      }
      const ofVisitor = visitor ? await read(tx, visitor) : nothing;
      if (visitor) await tx.delete(visitors).where(eq(visitors.id, visitor.id));
      if (presented === null) return ofVisitor;

      // Another user's data stays theirs, but for what is kept for whoever sits at this browser.
      const keys = presented.user.id === userId ? undefined : settings.KEEP_AT_SIGN_OUT;
      const ofSession = await read(tx, { kind: "session", id: presented.session.id }, keys);
      // The last ones count, and a sign-in must not fail because two full stores meet.
      return new Map([...new Map([...ofVisitor, ...ofSession])].slice(-mostKeys));
    },

    async keepAtSignOut(tokenHash, visitorHash) {
      if (!settings.VISITOR_DATA || settings.KEEP_AT_SIGN_OUT.length === 0) return null;
      return db.transaction(async (tx) => {
        const [session] = await forUpdate(
          tx,
          tx
            .select({ id: sessions.id })
            .from(sessions)
            .where(isMeantBy(sessions, tokenHash, clock.now())),
        );
        if (!session) return null;
        const kept = await read(tx, { kind: "session", id: session.id }, settings.KEEP_AT_SIGN_OUT);
        if (kept.size === 0) return null;

        const known = await findVisitor(tx, visitorHash);
        if (known) {
          await write(tx, known, kept);
          return null;
        }
        const { holder, token } = await createVisitor(tx);
        await write(tx, holder, kept);
        return token;
      });
    },

    async prune() {
      const pruned = await db
        .delete(visitors)
        .where(lte(visitors.expiresAt, new Date(clock.now())))
        .returning({ id: visitors.id });
      return pruned.length;
    },
  };
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}

function requireFitting(key: string, value: unknown): void {
  const fault = isNone(value) ? null : describeFault(value);
  if (fault !== null) throw new Error(`The value of "${key}" in the session's data: ${fault}`);
}
