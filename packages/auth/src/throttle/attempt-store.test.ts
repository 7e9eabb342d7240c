import { describe, expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { DatabaseUnavailable } from "@countersign/db";

import { borrowDatabase } from "../test/borrow-database.ts";
import { createTestClock, type TestClock } from "../testing/test-clock.ts";

import type { AttemptStore } from "./attempt-store.ts";
import { createDatabaseAttempts } from "./database-attempts.ts";
import { createFallbackAttempts } from "./fallback-attempts.ts";
import { createMemoryAttempts } from "./memory-attempts.ts";

const limit = { attempts: 3, windowSeconds: 60 };

interface Opened extends AsyncDisposable {
  readonly store: AttemptStore;
  readonly clock: TestClock;
  /** A store on the same place, as another replica has. */
  openAnother(): AttemptStore;
}

describe("in memory", () => {
  describeStore(async () => {
    const clock = createTestClock();
    const store = createMemoryAttempts(clock);
    return { store, clock, openAnother: () => store, async [Symbol.asyncDispose]() {} };
  });

  test("the number of windows is bounded: the oldest are forgotten, the newest kept", async () => {
    const store = createMemoryAttempts(createTestClock(), 100);
    const once = { attempts: 1, windowSeconds: 60 };
    for (let index = 0; index < 1000; index += 1) await take(store, `key ${index}`, once);

    expect(await take(store, "key 999", once)).toMatchObject({ status: "limited" });
    expect(await take(store, "key 900", once)).toMatchObject({ status: "limited" });
    expect(await take(store, "key 899", once)).toBeNull();
  });
});

describeDatabases((dialect) => {
  describeStore(() => openDatabaseStore(dialect));

  test("RAT-10: many at once on several replicas do not slip through together, nor wait for each other for ever", async () => {
    await using opened = await openDatabaseStore(dialect);
    const replicas = [opened.store, opened.openAnother(), opened.openAnother()];
    const keys = Array.from({ length: 20 }, (_, index) => `key ${index}`);

    // Each takes two keys, in every order: what would be a deadlock of rows.
    const outcomes = await Promise.all(
      Array.from({ length: 600 }, (_, index) => {
        const [one, other] = [keys[index % 20] ?? "", keys[(index * 7 + 3) % 20] ?? ""];
        const places = [...new Set([one, other])].map((key) => ({ key, attempts: 10, windowSeconds: 60 }));
        const taking = replicas[index % 3]?.update([one, other], (windows) => windows.take(places));
        return Promise.resolve(taking).then((limited) => (limited ? [] : places.map(({ key }) => key)));
      }),
    );

    const taken = outcomes.flat();
    expect(taken.length).toBeGreaterThan(100);
    for (const key of keys) expect(taken.filter((one) => one === key).length).toBeLessThanOrEqual(10);
    const rows = await opened.db.select().from(opened.db.tables.rateLimits);
    expect(rows.reduce((sum, { points }) => sum + points, 0)).toBe(taken.length);
  });

  test("a flood of attempts costs few commits, and holds nobody else's write up for long", async () => {
    await using opened = await openDatabaseStore(dialect);
    let transactions = 0;
    const counted = {
      ...opened.db,
      transaction: countCalls(opened.db.transaction.bind(opened.db), () => transactions++),
    };
    const store = createDatabaseAttempts({ db: counted, clock: opened.clock });

    await Promise.all(Array.from({ length: 200 }, (_, index) => take(store, `key ${index}`, limit)));

    expect(transactions).toBeLessThanOrEqual(9);
    expect(await opened.db.$count(opened.db.tables.rateLimits)).toBe(200);
  });

  test("RAT-13: while the shared store is away this process counts by itself, lets nobody pass for it, and comes back", async () => {
    await using opened = await openDatabaseStore(dialect);
    const errors: unknown[] = [];
    let isAway = false;
    const shared: AttemptStore = {
      update: (keys, change) =>
        isAway ? Promise.reject(new DatabaseUnavailable("Away, for a test.")) : opened.store.update(keys, change),
      updateSoon: (keys, change) => shared.update(keys, change),
      flush: () => opened.store.flush(),
      prune: () => opened.store.prune(),
    };
    const own = createMemoryAttempts(opened.clock);
    const store = createFallbackAttempts({ shared, own, onError: (error) => errors.push(error), pauseMs: 50 });
    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toBeNull();
    expect(await take(store, "a", limit)).toMatchObject({ status: "limited" });

    isAway = true;
    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toBeNull();
    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toMatchObject({ status: "limited" });
    // Told once, not with every attempt of the pause.
    expect(errors).toHaveLength(1);

    isAway = false;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await take(store, "a", limit)).toMatchObject({ status: "limited" });
    expect(await take(store, "b", limit)).toBeNull();
    expect(await opened.db.$count(opened.db.tables.rateLimits)).toBe(2);
  });

  test("what nobody waits for costs no commit of its own when attempts follow, and is kept soon when none do", async () => {
    await using opened = await openDatabaseStore(dialect);
    let transactions = 0;
    const transaction = countCalls(opened.db.transaction.bind(opened.db), () => transactions++);
    const store = createDatabaseAttempts({ db: { ...opened.db, transaction }, clock: opened.clock });
    for (const _ of [1, 2, 3]) await take(store, "a", limit);
    expect(transactions).toBe(3);

    const soon = store.updateSoon(["a"], (windows) => windows.reset(["a"]));
    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toBeNull();
    await soon;
    expect(transactions).toBe(6);

    await store.updateSoon(["a"], (windows) => windows.note("a", 60));
    expect(transactions).toBe(7);
    void store.updateSoon(["a"], (windows) => windows.reset(["a"]));
    await store.flush();
    await store.flush();
    expect(transactions).toBe(8);
    expect(await opened.db.$count(opened.db.tables.rateLimits)).toBe(0);
  });

  test("a database that is closed is told as such to each who counts", async () => {
    const opened = await openDatabaseStore(dialect);
    await opened.db.close();
    const attempts = await Promise.allSettled([take(opened.store, "a", limit), take(opened.store, "b", limit)]);
    await opened[Symbol.asyncDispose]();
    expect(attempts.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });
});

async function openDatabaseStore(dialect: TestDialect) {
  const borrowed = await borrowDatabase(dialect);
  const { db } = borrowed;
  const clock = createTestClock();
  const open = () => createDatabaseAttempts({ db, clock });
  return { db, clock, store: open(), openAnother: open, [Symbol.asyncDispose]: () => borrowed[Symbol.asyncDispose]() };
}

/** What holds wherever windows are kept. */
function describeStore(open: () => Promise<Opened>): void {
  test("RAT-02: a window is full after its attempts, and passes exactly at its end", async () => {
    await using opened = await open();
    const { store, clock } = opened;

    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toBeNull();
    expect(await take(store, "a", limit)).toEqual({ status: "limited", retryAfterSeconds: 60 });
    clock.advance(59_999);
    expect(await take(store, "a", limit)).toEqual({ status: "limited", retryAfterSeconds: 1 });
    clock.advance(1);
    expect(await take(store, "a", limit)).toBeNull();
  });

  test("what is counted by one replica counts for the other", async () => {
    await using opened = await open();
    const other = opened.openAnother();
    for (const store of [opened.store, other, opened.store]) expect(await take(store, "a", limit)).toBeNull();
    expect(await take(other, "a", limit)).toMatchObject({ status: "limited" });
    expect(await take(opened.store, "a", limit)).toMatchObject({ status: "limited" });
  });

  test("what is refused does not prolong the window, and one key's attempts are not another's", async () => {
    await using opened = await open();
    const { store, clock } = opened;
    for (const _ of [1, 2, 3]) await take(store, "a", limit);

    for (const _ of [1, 2, 3, 4, 5]) {
      clock.advance(10_000);
      expect(await take(store, "a", limit)).toMatchObject({ status: "limited" });
    }
    expect(await take(store, "b", limit)).toBeNull();
    clock.advance(10_000);
    expect(await take(store, "a", limit)).toBeNull();
  });

  test("a place given back can be taken again, and never more than were taken", async () => {
    await using opened = await open();
    const { store } = opened;
    await take(store, "a", limit);
    for (const _ of [1, 2, 3]) await store.update(["a"], (windows) => windows.giveBack(["a"]));

    for (const _ of [1, 2, 3]) expect(await take(store, "a", limit)).toBeNull();
    expect(await take(store, "a", limit)).toMatchObject({ status: "limited" });
    await store.update(["a"], (windows) => windows.reset(["a"]));
    expect(await take(store, "a", limit)).toBeNull();
  });

  test("an attempt that is refused by one window takes no place in the others", async () => {
    await using opened = await open();
    const { store } = opened;
    for (const _ of [1, 2, 3]) await take(store, "full", limit);
    const both = ["empty", "full"].map((key) => ({ key, ...limit }));
    for (const _ of [1, 2, 3, 4]) {
      expect(await store.update(["empty", "full"], (windows) => windows.take(both))).toMatchObject({
        status: "limited",
      });
    }
    for (const _ of [1, 2, 3]) expect(await take(store, "empty", limit)).toBeNull();
  });

  test("what is noted is known until its time is over, and a new note begins anew", async () => {
    await using opened = await open();
    const { store, clock } = opened;
    const note = () => store.update(["a"], (windows) => windows.note("a", 60));
    const has = (key: string) => store.update([key], (windows) => windows.has(key));

    await note();
    expect([await has("a"), await has("b")]).toEqual([true, false]);
    clock.advance(40_000);
    await note();
    clock.advance(59_999);
    expect(await has("a")).toBe(true);
    clock.advance(1);
    expect(await has("a")).toBe(false);
  });

  test("what is over is removed, what runs is left", async () => {
    await using opened = await open();
    const { store, clock } = opened;
    await take(store, "old", limit);
    await take(store, "older", { attempts: 3, windowSeconds: 30 });
    clock.advance(30_000);
    await take(store, "new", limit);
    clock.advance(30_000);

    expect(await store.prune()).toBe(2);
    expect(await store.prune()).toBe(0);
    expect(await store.update(["new"], (windows) => windows.has("new"))).toBe(true);
  });
}

function take(store: AttemptStore, key: string, by: { readonly attempts: number; readonly windowSeconds: number }) {
  return store.update([key], (windows) => windows.take([{ key, ...by }]));
}

function countCalls<Parameters extends unknown[], Result>(
  call: (...parameters: Parameters) => Result,
  count: () => void,
): (...parameters: Parameters) => Result {
  return (...parameters) => {
    count();
    return call(...parameters);
  };
}
