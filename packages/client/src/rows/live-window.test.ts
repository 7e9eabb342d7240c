import { expect, test, vi } from "vitest";

import { until } from "../test/fixture-browser.ts";
import { openTasks } from "../test/task-lists.ts";

import { createLiveWindow, type LiveWindowOptions } from "./live-window.ts";

const length = 1_000;

test("any part of a long list can be looked at, and is live while it is; the rest is not read", async () => {
  await using page = await openLongList({ order: { by: "rank" } });
  expect(page.titles(0, 2)).toEqual(["0", "1", "2"]);
  expect(page.list.get().rowAt(100)).toBeNull();
  expect(page.list.get().total).toBe(length);

  page.list.look(720, 745);
  await until(page.list, ({ rowAt }) => rowAt(745) !== null);
  expect(page.titles(719, 721)).toEqual(["719", "720", "721"]);

  page.state.setTask({ id: "first", title: "first", rank: -1 });
  await until(page.list, ({ rowAt, total }) => rowAt(720)?.title === "719" && total === length + 1);
  // The beginning was looked at a moment ago, and is live still.
  expect(page.titles(0, 1)).toEqual(["first", "0"]);
});

test("flinging through the list reads only where it comes to rest", async () => {
  await using page = await openLongList({ order: { by: "rank" }, restMs: 20 });
  const before = page.subscriptions();

  for (let first = 100; first <= 900; first += 50) page.list.look(first, first + 20);
  await until(page.list, ({ rowAt }) => rowAt(910) !== null);

  expect(page.subscriptions() - before).toBe(1);
});

test("who scrolls on and on sees the rows on the way, as long as each stays in sight for a moment", async () => {
  await using page = await openLongList({ order: { by: "rank" }, restMs: 20 });
  let first = 130;
  const scrolling = setInterval(() => page.list.look((first += 1), first + 20), 5);

  await until(page.list, ({ rowAt }) => rowAt(150) !== null);
  clearInterval(scrolling);
  expect(first).toBeLessThan(180);
});

test("at most four windows are live: the ones that were not looked at for longest are let go", async () => {
  await using page = await openLongList({ order: { by: "rank" }, restMs: 0 });
  for (const first of [100, 200, 300, 400]) {
    page.list.look(first, first + 10);
    await until(page.list, ({ rowAt }) => rowAt(first) !== null);
  }

  expect(page.list.get().rowAt(0)).toBeNull();
  expect(page.list.get().rowAt(100)?.title).toBe("100");
});

test("the reader of rows is the same until a row that is read is another", async () => {
  await using page = await openLongList({ order: { by: "rank" } });
  const { rowAt } = page.list.get();

  page.state.setTask({ id: "last", title: "last", rank: length });
  await until(page.list, ({ total }) => total === length + 1);
  expect(page.list.get().rowAt).toBe(rowAt);
  page.state.setTask({ id: "1", title: "zero", rank: 0, version: 2 });
  await until(page.list, (list) => list.rowAt(0)?.title === "zero");
  expect(page.list.get().rowAt).not.toBe(rowAt);
});

test("what is done to a row is marked in its place; it moves when the server moves it", async () => {
  await using page = await openLongList({ order: { by: "rank" } });
  const row = page.list.get().rowAt(1);
  const same = page.list.get().rowAt(2);
  if (!row) throw new Error("There is no second row.");
  page.turns.hold("update answers");
  page.turns.hold("live sends");

  const moved = page.actions.update(row, { rank: 2_000 });
  const removed = page.actions.remove(page.list.get().rowAt(0) ?? row);
  expect(page.list.get().rowAt(1)).toMatchObject({ rank: 2_000, $pending: { action: "update", phase: "sending" } });
  expect(page.list.get().rowAt(0)).toMatchObject({ title: "0", $pending: { action: "remove", phase: "sending" } });
  expect(page.list.get().rowAt(2)).toBe(same);

  page.turns.letOn("update answers");
  await Promise.all([moved, removed]);
  page.turns.letOn("live sends");
  await until(page.list, ({ rowAt }) => rowAt(0)?.title === "2");
  expect(page.list.get().total).toBe(length - 1);
});

test("another search keeps the rows in sight until its own are there, and begins at the top", async () => {
  await using page = await openLongList({ order: { by: "rank" }, debounceMs: 0 });
  page.turns.hold("live sends");

  page.list.setSearch("99");
  await vi.waitUntil(() => page.turns.reached.at(-1) === "live sends");
  expect(page.list.get()).toMatchObject({ isStale: true, total: length });
  expect(page.titles(0, 1)).toEqual(["0", "1"]);
  page.turns.letOn("live sends");

  await until(page.list, ({ isStale }) => !isStale);
  expect(page.titles(0, 1)).toEqual(["99", "199"]);
  expect(page.list.get().total).toBe(19);
});

async function openLongList(options: LiveWindowOptions<Tasks>) {
  const page = await openTasks(Array.from({ length }, (_, rank) => `${rank}`));
  const list = createLiveWindow(page.tab.client, page.tab.rpc.task, options);
  const stop = list.subscribe(() => {});
  await until(list, ({ status }) => status === "ready");
  return {
    ...page,
    list,
    titles: (first: number, last: number) =>
      Array.from({ length: last - first + 1 }, (_, index) => list.get().rowAt(first + index)?.title),
    /** How many subscriptions have been begun so far. */
    subscriptions: () => page.state.taskReaders,
    async [Symbol.asyncDispose]() {
      stop();
      await page[Symbol.asyncDispose]();
    },
  };
}

type Tasks = Awaited<ReturnType<typeof openTasks>>["tab"]["rpc"]["task"];
