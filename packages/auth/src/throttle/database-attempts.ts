import { AsyncLocalStorage } from "node:async_hooks";

import { inArray, lte, sql } from "drizzle-orm";

import { type Database, DatabaseUnavailable, type Transaction } from "@countersign/db";

import type { Clock } from "../clock.ts";

import type { AttemptStore } from "./attempt-store.ts";
import { type Window, Windows } from "./windows.ts";

interface Job {
  readonly keys: readonly string[];
  /** Does the change; what it returns is called after the commit. */
  readonly change: (windows: Windows) => () => void;
  readonly fail: (error: unknown) => void;
}

/** Changes that are made in one transaction: few enough that others' calls do not wait for it. */
const mostPerGroup = 25;
/** Changes that wait at most; beyond it the store counts as away. */
const mostWaiting = 5000;
/** How long a change that is not urgent waits for one that is. */
const soonMs = 200;
/** Any number that no other program on the same database uses: "rate" in ASCII. */
const groupLock = 0x72_61_74_65;

/**
 * Windows in the database, which replicas share. Changes that arrive while one is being written are written together by
 * the next: a flood of sign-ins costs few commits. Groups come one after the other, on all replicas: so two of them never
 * wait for each other's rows, and the rules need not be spelled in SQL.
 */
export function createDatabaseAttempts({ db, clock }: { readonly db: Database; readonly clock: Clock }): AttemptStore {
  // Whoever counts from within a transaction has nothing to do with this one.
  const runOutside = AsyncLocalStorage.snapshot();
  let waiting: Job[] = [];
  let writing: Promise<void> | null = null;

  async function write(): Promise<void> {
    // With nothing to write it would be done before it is remembered as running.
    if (waiting.length > 0) writing ??= runOutside(writeAll);
    await writing;
  }

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting.slice(0, mostPerGroup);
      waiting = waiting.slice(mostPerGroup);
      try {
        const settle = await db.transaction((tx) => writeGroup(tx, group, clock.now()));
        for (const done of settle) done();
      } catch (error) {
        for (const { fail } of group) fail(error);
      }
      // On SQLite a group is one go of the event loop: let the calls in that came meanwhile.
      if (waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
    writing = null;
  }

  function enqueue<Result>(keys: readonly string[], change: (windows: Windows) => Result): Promise<Result> {
    if (waiting.length >= mostWaiting) {
      return Promise.reject(new DatabaseUnavailable("Too many attempts wait to be counted. Try again later."));
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    waiting.push({
      keys,
      change(windows) {
        const result = change(windows);
        return () => resolve(result);
      },
      fail: reject,
    });
    return promise;
  }

  return {
    update(keys, change) {
      const kept = enqueue(keys, change);
      void write();
      return kept;
    },

    updateSoon(keys, change) {
      const kept = enqueue(keys, change);
      // Whoever counts an attempt before takes this one along.
      setTimeout(() => void write(), soonMs).unref();
      return kept;
    },

    flush: write,

    prune: () =>
      db.transaction(async (tx) => {
        const { rateLimits } = tx.tables;
        await takeTurn(tx);
        const removed = await tx
          .delete(rateLimits)
          .where(lte(rateLimits.expire, new Date(clock.now())))
          .returning({ key: rateLimits.key });
        return removed.length;
      }),
  };
}

async function writeGroup(tx: Transaction, group: readonly Job[], now: number): Promise<(() => void)[]> {
  await takeTurn(tx);
  const before = await readWindows(tx, [...new Set(group.flatMap(({ keys }) => keys))]);
  const after = new Map(before);
  const windows = new Windows(after, now);
  const settle = group.map(({ change }) => change(windows));
  await writeWindows(tx, before, after);
  return settle;
}

/** On SQLite there is one writer anyway. */
async function takeTurn(tx: Transaction): Promise<void> {
  if (tx.dialect === "postgres") await tx.select({ taken: sql`1` }).from(sql`pg_advisory_xact_lock(${groupLock})`);
}

async function readWindows(tx: Transaction, keys: readonly string[]): Promise<Map<string, Window>> {
  const { rateLimits } = tx.tables;
  const rows = await tx
    .select()
    .from(rateLimits)
    .where(inArray(rateLimits.key, [...keys]));
  return new Map(rows.map(({ key, points, expire }) => [key, { count: points, endsAt: expire?.getTime() ?? 0 }]));
}

async function writeWindows(
  tx: Transaction,
  before: ReadonlyMap<string, Window>,
  after: ReadonlyMap<string, Window>,
): Promise<void> {
  const { rateLimits } = tx.tables;
  const changed = [...after].filter(([key, window]) => before.get(key) !== window);
  if (changed.length > 0) {
    await tx
      .insert(rateLimits)
      .values(changed.map(([key, { count, endsAt }]) => ({ key, points: count, expire: new Date(endsAt) })))
      .onConflictDoUpdate({
        target: rateLimits.key,
        set: { points: sql`excluded.points`, expire: sql`excluded.expire` },
      });
  }
  const gone = [...before.keys()].filter((key) => !after.has(key));
  if (gone.length > 0) await tx.delete(rateLimits).where(inArray(rateLimits.key, gone));
}
