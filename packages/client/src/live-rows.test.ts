import { TRPCClientError } from "@trpc/client";
import { expect, test, vi } from "vitest";

import { createLiveRows, type LiveRowsObserver } from "./index.ts";
import type { FixtureTab } from "./test/fixture-browser.ts";
import type { Row } from "./test/fixture-state.ts";
import { startFixture } from "./test/start-fixture.ts";

const tea: Row = { id: "1", version: 1, title: "tea" };
const milk: Row = { id: "2", version: 1, title: "milk" };

test("a live list shows the rows, then each change, and unchanged rows stay the same objects", async () => {
  await using fixture = await startFixture();
  fixture.state.setRows([tea, milk]);
  using tab = fixture.browser.signIn("ann").openTab();
  const list = listNotes(tab);
  expect(list.get()).toEqual({ status: "loading", rows: [], total: null, error: null });
  const stop = list.subscribe(() => {});
  await vi.waitFor(() => expect(list.get()).toEqual({ status: "ready", rows: [tea, milk], total: null, error: null }));
  const before = list.get().rows;

  fixture.state.setRows([tea, { ...milk, version: 2, title: "oat milk" }]);
  await vi.waitFor(() => expect(list.get().rows[1]?.title).toBe("oat milk"));

  expect(list.get().rows[0]).toBe(before[0]);
  stop();
});

test("after a reconnect the list is right, and what did not change is the same object still", async () => {
  await using fixture = await startFixture();
  fixture.state.setRows([tea, milk]);
  using tab = fixture.browser.signIn("ann").openTab();
  const list = listNotes(tab);
  list.subscribe(() => {});
  await vi.waitFor(() => expect(list.get().rows).toHaveLength(2));
  const [sameTea] = list.get().rows;

  await fixture.server.stop();
  await tab.is("reconnecting");
  expect(list.get().rows).toHaveLength(2);
  fixture.state.setRows([{ ...milk, version: 3, title: "cream" }, tea, { id: "3", version: 1, title: "salt" }]);
  await fixture.server.start();

  await vi.waitFor(() => expect(list.get().rows.map(({ title }) => title)).toEqual(["cream", "tea", "salt"]));
  expect(list.get().rows[1]).toBe(sameTea);
});

test("the rows of one user are gone the moment another is signed in", async () => {
  await using fixture = await startFixture();
  fixture.state.setRows([tea]);
  using tab = fixture.browser.signIn("ann").openTab();
  const list = listNotes(tab);
  const seen: string[] = [];
  list.subscribe(() => seen.push(`${tab.shown} ${list.get().status} ${list.get().rows.length}`));
  await vi.waitFor(() => expect(list.get().rows).toEqual([tea]));
  seen.length = 0;

  await tab.client.auth.login({ login: "bob", password: "right" });
  fixture.state.setRows([milk]);
  await vi.waitFor(() => expect(list.get().rows).toEqual([milk]));

  expect(seen[0]).toBe("loading loading 0");
  expect(seen.filter((entry) => entry.startsWith("loading ready"))).toEqual([]);
});

test("a list that is refused says so, and is asked for again once somebody signs in", async () => {
  await using fixture = await startFixture();
  fixture.state.setRows([tea]);
  using tab = fixture.browser.openTab();
  const list = listNotes(tab);
  list.subscribe(() => {});
  await vi.waitFor(() => expect(list.get().status).toBe("error"));
  expect(list.get().error).toMatchObject({ data: { code: "UNAUTHORIZED" } });

  await tab.client.auth.login({ login: "ann", password: "right" });

  await vi.waitFor(() => expect(list.get()).toEqual({ status: "ready", rows: [tea], total: null, error: null }));
});

test("nobody watching means no subscription; watching again starts one", async () => {
  await using fixture = await startFixture();
  fixture.state.setRows([tea]);
  using tab = fixture.browser.signIn("ann").openTab();
  let running = 0;
  const list = createLiveRows<Row>(tab.client, (observer) => {
    running += 1;
    const subscription = tab.rpc.note.live.subscribe(undefined, observer);
    return {
      unsubscribe() {
        running -= 1;
        subscription.unsubscribe();
      },
    };
  });
  const stops = [list.subscribe(() => {}), list.subscribe(() => {})];
  await vi.waitFor(() => expect(list.get().status).toBe("ready"));
  expect(running).toBe(1);

  for (const stop of stops) stop();
  expect(running).toBe(0);
  fixture.state.setRows([tea, milk]);

  list.subscribe(() => {});
  await vi.waitFor(() => expect(list.get().rows).toHaveLength(2));
  expect(running).toBe(1);
});

test("a frame that cannot be read is a gap: the rows stay, and the whole list is asked for again", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  const observers: LiveRowsObserver<Row>[] = [];
  const list = createLiveRows<Row>(tab.client, (observer) => {
    observers.push(observer);
    return { unsubscribe() {} };
  });
  vi.useFakeTimers();
  const stop = list.subscribe(() => {});

  for (const bad of badFrames) {
    // What a server may send is not bound by the types.
    const send = observers.at(-1)?.onData as (frame: unknown) => void;
    send({ id: "1", data: { type: "list", rows: [tea] } });
    send(bad);
    send({ id: "3", data: { type: "difference", upsert: [milk], remove: [] } });
    expect(list.get()).toEqual({ status: "ready", rows: [tea], total: null, error: null });
    vi.advanceTimersByTime(1_000);
  }

  expect(observers).toHaveLength(1 + badFrames.length);
  stop();
  vi.useRealTimers();
});

test("a difference before any list is a gap as well", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.openTab();
  const observers: LiveRowsObserver<Row>[] = [];
  const list = createLiveRows<Row>(tab.client, (observer) => {
    observers.push(observer);
    return { unsubscribe() {} };
  });
  const stop = list.subscribe(() => {});

  observers[0]?.onData({ id: "1", data: { type: "difference", upsert: [tea], remove: [] } });

  expect(list.get()).toEqual({ status: "loading", rows: [], total: null, error: null });
  stop();
});

test("a list whose right is granted while it is watched appears without a reload", async () => {
  await using fixture = await startFixture();
  using tab = fixture.browser.signIn("ann").openTab();
  await tab.shows("ann");
  let isGranted = false;
  const list = createLiveRows<Row>(tab.client, (observer) => {
    if (isGranted) setTimeout(() => observer.onData({ id: "1", data: { type: "list", rows: [tea] } }));
    else setTimeout(() => observer.onError(forbidden));
    return { unsubscribe() {} };
  });
  list.subscribe(() => {});
  await vi.waitFor(() => expect(list.get().status).toBe("error"));

  isGranted = true;
  fixture.state.change("ann", { permissions: ["notes.view"] });

  await vi.waitFor(() => expect(list.get().rows).toEqual([tea]));
});

const forbidden = TRPCClientError.from({
  error: { code: -32003, message: "FORBIDDEN", data: { code: "FORBIDDEN", httpStatus: 403 } },
});

const badFrames = [
  null,
  { id: "2" },
  { id: "2", data: { type: "else" } },
  { id: "2", data: { type: "list" } },
  { id: "2", data: { type: "difference", upsert: [{ id: "2" }], remove: [] } },
  { id: "2", data: { type: "difference", upsert: [], remove: [7] } },
];

function listNotes(tab: FixtureTab) {
  return createLiveRows<Row>(tab.client, (observer) => tab.rpc.note.live.subscribe(undefined, observer));
}
