import { afterEach, expect, test, vi } from "vitest";

import type { FixtureTab } from "../test/fixture-browser.ts";
import { until } from "../test/fixture-browser.ts";
import { startFixture } from "../test/start-fixture.ts";

import { createLiveList, type LiveListOptions } from "./live-list.ts";

type TaskRouter = FixtureTab["rpc"]["task"];

afterEach(() => void vi.useRealTimers());

test("a list shows its first page with the total, and each change of it; unchanged rows stay the same objects", async () => {
  await using page = await openPage({ order: { by: "rank" }, pageSize: 2 });
  await page.shows("a b of 3");
  const [, before] = page.list.get().rows;
  expect(page.list.get()).toMatchObject({ page: 1, pageCount: 2, hasMore: true, isStale: false });

  const { rows } = page.list.get();
  page.state.setTask({ id: "9", title: "last", rank: 9 });
  await page.shows("a b of 4");
  expect(page.list.get().rows).toBe(rows);
  page.state.removeTask("9");
  await page.shows("a b of 3");

  page.state.setTask({ id: "0", title: "zero", rank: -1 });

  await page.shows("zero a of 4");
  page.state.removeTask("0");
  await page.shows("a b of 3");
  page.state.setTask({ id: "1", title: "A", rank: 0, version: 2 });
  await page.shows("A b of 3");
  expect(page.list.get().rows[1]).toEqual(before);
});

test("the rows of before stay in sight, live, until what is searched is there", async () => {
  await using page = await openPage({ order: { by: "rank" }, debounceMs: 10 });
  await page.shows("a b c of 3");
  const seen = page.watch();
  const gate = Promise.withResolvers<void>();
  page.server.behaviour.taskTurns = (turn) => (turn === "live sends" ? gate.promise : undefined);

  page.list.setSearch("b");
  expect(page.list.get()).toMatchObject({ search: "b", isStale: true });
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(page.shown).toBe("a b c of 3");
  gate.resolve();

  await page.shows("b of 1");
  expect(page.list.get().isStale).toBe(false);
  expect(new Set(seen)).toEqual(new Set(["a b c of 3", "b of 1"]));
  page.list.setSearch("");
  await page.shows("a b c of 3");
});

test("typing is searched for when it rests", async () => {
  await using page = await openPage({ debounceMs: 250 });
  await page.shows("c b a of 3");
  const readers = page.countSubscriptions();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });

  for (const search of ["b", "bb", "b"]) {
    page.list.setSearch(search);
    vi.advanceTimersByTime(249);
  }
  expect(readers.count).toBe(0);
  vi.advanceTimersByTime(1);
  expect(readers.count).toBe(1);
});

test("a filter that is set narrows the given one, and begins at the first page", async () => {
  await using page = await openPage({ filter: { state: { eq: "todo" } }, order: { by: "rank" }, pageSize: 1 });
  await page.shows("a of 3");
  page.list.setPage(2);
  await page.shows("b of 3");

  page.list.setFilter({ title: { contains: "c" } });

  await page.shows("c of 1");
  expect(page.list.get()).toMatchObject({ page: 1, filter: { title: { contains: "c" } } });
  page.list.setFilter({ state: { eq: "done" } });
  await page.shows("a of 3");
});

test("pages are gone through by number, and a page that ends up empty gives way to the last one", async () => {
  await using page = await openPage({ order: { by: "rank" }, pageSize: 2 });
  await page.shows("a b of 3");
  page.list.setPage(2);
  await page.shows("c of 3");
  expect(page.list.get()).toMatchObject({ page: 2, hasMore: false });

  page.state.removeTask("3");

  await page.shows("a b of 2");
  expect(page.list.get().page).toBe(1);
});

test("more is loaded below what is shown, which stays; a hundred rows and more are read in several windows", async () => {
  await using page = await openPage({ order: { by: "rank" }, pageSize: 60 });
  for (let rank = 10; rank < 200; rank += 1) page.state.setTask({ id: `r${rank}`, title: `${rank}`, rank });
  await until(page.list, ({ total, rows }) => total === 193 && rows.length === 60);
  const [first] = page.list.get().rows;

  page.list.loadMore();
  await until(page.list, ({ rows }) => rows.length === 120);
  page.list.loadMore();
  page.list.loadMore();
  await until(page.list, ({ rows, hasMore }) => rows.length === 193 && !hasMore);

  expect(page.list.get().rows[0]).toBe(first);
  expect(new Set(page.list.get().rows.map(({ id }) => id)).size).toBe(193);
  page.state.setTask({ id: "new", title: "new", rank: 150.5 });
  await until(page.list, ({ rows }) => rows.length === 194 && rows.some(({ id }) => id === "new"));
});

test("what another user was shown is gone the moment they are signed in, and so is what waited for it", async () => {
  await using page = await openPage({ debounceMs: 0 });
  await page.shows("c b a of 3");
  const seen = page.watch();
  page.list.setSearch("a");
  page.list.setPage(2);

  await page.tab.client.auth.login({ login: "bob", password: "right" });

  await page.shows("a of 1");
  expect(seen.filter((text, index) => text !== seen[index - 1])).toEqual(["c b a of 3", " of null", "a of 1"]);
});

async function openPage(options: LiveListOptions<TaskRouter>) {
  const fixture = await startFixture();
  for (const [index, title] of ["a", "b", "c"].entries()) {
    fixture.state.setTask({ id: `${index + 1}`, title, rank: index });
  }
  const tab = fixture.browser.signIn("ann").openTab();
  const readers = { count: 0 };
  const router: TaskRouter = {
    ...tab.rpc.task,
    list: tab.rpc.task.list,
    live: {
      // The cast: of the two ways to subscribe the list takes one.
      subscribe: ((...input: Parameters<TaskRouter["live"]["subscribe"]>) => {
        readers.count += 1;
        return tab.rpc.task.live.subscribe(...input);
      }) as TaskRouter["live"]["subscribe"],
    },
  };
  const list = createLiveList(tab.client, router, options);
  const shown = () =>
    `${list
      .get()
      .rows.map(({ title }) => title)
      .join(" ")} of ${list.get().total}`;
  const stop = list.subscribe(() => {});
  return {
    ...fixture,
    tab,
    list,
    get shown() {
      return shown();
    },
    shows: (text: string) => until(list, () => shown() === text && !list.get().isStale),
    watch() {
      const seen: string[] = [];
      list.subscribe(() => seen.push(shown()));
      return seen;
    },
    countSubscriptions() {
      readers.count = 0;
      return readers;
    },
    async [Symbol.asyncDispose]() {
      stop();
      tab.client.close();
      await fixture[Symbol.asyncDispose]();
    },
  };
}
