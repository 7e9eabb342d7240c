import { applyFrame, type LiveListFrame, type LiveRow } from "@countersign/contract";

import { CallFailure } from "./call-failure.ts";
import type { SessionClient } from "./session-client.ts";
import { createStore, type ReadableStore } from "./store.ts";

/** `error` is what the server refused the list with; rows read before it stay, unless they belong to someone else. */
export interface LiveListState<Row extends LiveRow> {
  readonly status: "loading" | "ready" | "error";
  readonly rows: readonly Row[];
  readonly error: unknown;
}

/** What a live subscription is given: exactly what a tRPC subscription calls. */
export interface LiveListObserver<Row extends LiveRow> {
  onData(frame: { readonly id: string; readonly data: LiveListFrame<Row> }): void;
  onError(error: unknown): void;
  onComplete(): void;
}

/** Starts the subscription, as in `(observer) => rpc.note.live.subscribe(undefined, observer)`. */
export type SubscribeLiveList<Row extends LiveRow> = (observer: LiveListObserver<Row>) => { unsubscribe(): void };

/** A list that stays true while somebody watches it. */
export interface LiveList<Row extends LiveRow> extends ReadableStore<LiveListState<Row>> {
  /** Subscribes again after an error. */
  retry(): void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * A store of a live list's rows. It subscribes while it is watched and at no other time. Rows that did not change keep
 * their identity. When somebody else signs in, the rows are gone at once and the list is asked for anew.
 */
export function createLiveList<Row extends LiveRow>(
  client: Pick<SessionClient, "onIdentityChange" | "snapshot">,
  subscribe: SubscribeLiveList<Row>,
): LiveList<Row> {
  const empty: LiveListState<Row> = { status: "loading", rows: [], error: null };
  const store = createStore(empty, (isWatched) => (isWatched ? start() : stop()));
  let subscription: { unsubscribe(): void } | null = null;
  let stopListening: (() => void) | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | null = null;
  let failures = 0;

  function start() {
    stopListening = client.onIdentityChange((change) => {
      if (change.type !== "signed-in") store.set(empty);
      failures = 0;
      listen();
    });
    listen();
  }

  function stop() {
    stopListening?.();
    unlisten();
  }

  function listen() {
    unlisten();
    const observer: LiveListObserver<Row> = {
      onData: (frame) => isPresent(observer) && receive(frame.data),
      onError: (error) => isPresent(observer) && failed(error),
      onComplete: () => isPresent(observer) && failed(null),
    };
    present = observer;
    subscription = subscribe(observer);
  }
  let present: LiveListObserver<Row> | null = null;
  const isPresent = (observer: LiveListObserver<Row>) => present === observer;

  function unlisten() {
    present = null;
    subscription?.unsubscribe();
    subscription = null;
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = null;
  }

  function receive(frame: LiveListFrame<Row>) {
    failures = 0;
    const before = store.get();
    const rows = frame.type === "list" ? keepIdentity(before.rows, frame.rows) : applyFrame(before.rows, frame);
    store.set({ status: "ready", rows, error: null });
  }

  function failed(error: unknown) {
    // The change of identity has asked for the list again by itself.
    if (error instanceof CallFailure && error.kind === "identity-changed") return;
    store.set({ ...store.get(), status: error ? "error" : "loading", error });
    const delayMs = Math.min(firstRetryMs * 2 ** failures++, longestRetryMs);
    retryTimer = setTimeout(listen, delayMs);
  }

  return { get: store.get, subscribe: store.subscribe, retry: () => subscription && listen() };
}

/** The new rows, with each that says the same as before being the same object as before. */
function keepIdentity<Row extends LiveRow>(before: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const byId = new Map(before.map((row) => [row.id, row]));
  return rows.map((row) => {
    const known = byId.get(row.id);
    return known?.version === row.version && JSON.stringify(known) === JSON.stringify(row) ? known : row;
  });
}
