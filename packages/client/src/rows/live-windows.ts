import type { LiveRow } from "@countersign/contract";

import { createLiveRows, type LiveRows, type LiveRowsState, type SubscribeLiveRows } from "../live-rows.ts";
import { createStore, type ReadableStore } from "../store.ts";

import type { RowsSession } from "./rows-of.ts";
import type { ListQuery, RowsRouter } from "./rows-router.ts";

/** A part of a list that is read and kept true by one subscription. */
export interface LiveWindow {
  readonly query: ListQuery;
  readonly offset: number;
  /** At most 100. */
  readonly limit: number;
  /** Is the total of the whole list wanted with it? Default: yes. In a long list counting costs more than reading. */
  readonly count?: boolean | undefined;
}

/** The windows that are live, each by its key. */
export interface LiveWindows<Row extends LiveRow> extends ReadableStore<ReadonlyMap<string, LiveRowsState<Row>>> {
  /** Makes these live, and no others. Those that are live already stay. */
  readonly set: (windows: readonly LiveWindow[]) => void;
  /** Asks again for those that were refused. */
  readonly retry: () => void;
}

interface Open<Row extends LiveRow> {
  readonly live: LiveRows<Row>;
  stop: (() => void) | null;
}

/** Subscribes to its windows while it is watched. */
export function createLiveWindows<Row extends LiveRow>(session: RowsSession, router: RowsRouter): LiveWindows<Row> {
  let open = new Map<string, Open<Row>>();
  let isWatched = false;
  let isSetting = false;
  const store = createStore<ReadonlyMap<string, LiveRowsState<Row>>>(new Map(), (watched) => {
    isWatched = watched;
    for (const entry of open.values()) follow(entry);
  });

  function set(windows: readonly LiveWindow[]) {
    const before = open;
    open = new Map();
    // One change, though each window may say something of its own.
    isSetting = true;
    for (const window of windows) {
      const key = windowKey(window);
      // Two views may share a window.
      if (open.has(key)) continue;
      const entry = before.get(key) ?? {
        live: createLiveRows(session, subscriber<Row>(router, inputOf(window))),
        stop: null,
      };
      before.delete(key);
      open.set(key, entry);
      follow(entry);
    }
    for (const { stop } of before.values()) stop?.();
    isSetting = false;
    publish();
  }

  function follow(entry: Open<Row>) {
    if (isWatched) {
      entry.stop ??= entry.live.subscribe(publish);
      return;
    }
    entry.stop?.();
    entry.stop = null;
  }

  function publish() {
    if (!isSetting) store.set(new Map([...open].map(([key, { live }]) => [key, live.get()])));
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    set,
    retry() {
      for (const { live } of open.values()) if (live.get().status === "error") live.retry();
    },
  };
}

export function windowKey(window: LiveWindow): string {
  return JSON.stringify(inputOf(window));
}

function inputOf({ query, offset, limit, count }: LiveWindow) {
  const { search, filter, order, removed } = query;
  const text = search?.trim() ?? "";
  return {
    ...(text === "" ? {} : { search: text }),
    ...(filter === undefined ? {} : { filter }),
    ...(order === undefined ? {} : { order }),
    ...(removed === undefined ? {} : { removed }),
    ...(offset === 0 ? {} : { offset }),
    limit,
    ...(count === undefined ? {} : { count }),
  };
}

function subscriber<Row extends LiveRow>(router: RowsRouter, input: object): SubscribeLiveRows<Row> {
  // The cast: the router's own types held what was asked to what it declares.
  const subscribe = router.live.subscribe as unknown as (
    input: object,
    observer: Parameters<SubscribeLiveRows<Row>>[0],
  ) => { unsubscribe(): void };
  return (observer) => subscribe(input, observer);
}
