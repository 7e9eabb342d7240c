import { applyFrame, type LiveListFrame, type LiveRow } from "@countersign/contract";

import { CallFailure } from "./call-failure.ts";
import { readErrorData } from "./error-data.ts";
import { readLiveFrame } from "./live-frame.ts";
import type { SessionClient } from "./session-client.ts";
import { createStore, type ReadableStore } from "./store.ts";

/** `error` is what the server refused the list with; rows read before it stay, unless they belong to someone else. */
export interface LiveRowsState<Row extends LiveRow> {
  readonly status: "loading" | "ready" | "error";
  readonly rows: readonly Row[];
  /** How many there are beyond what is shown, these included; null while that is not known, or not counted. */
  readonly total: number | null;
  readonly error: unknown;
}

/** What a live subscription is given: exactly what a tRPC subscription calls. */
export interface LiveRowsObserver<Row extends LiveRow> {
  readonly onData: (frame: { readonly id: string; readonly data: LiveListFrame<Row> }) => void;
  readonly onError: (error: unknown) => void;
  readonly onComplete: () => void;
}

/** Starts the subscription, as in `(observer) => rpc.note.live.subscribe(undefined, observer)`. */
export type SubscribeLiveRows<Row extends LiveRow> = (observer: LiveRowsObserver<Row>) => { unsubscribe(): void };

/** Rows that stay true while somebody watches them. */
export interface LiveRows<Row extends LiveRow> extends ReadableStore<LiveRowsState<Row>> {
  /** Subscribes again after an error. */
  readonly retry: () => void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * A store of a live list's rows. It subscribes while it is watched and at no other time. Rows that did not change keep
 * their identity. When somebody else signs in, the rows are gone at once and the list is asked for anew. A refused list
 * is asked for again when the snapshot says that the rights have changed, one that failed otherwise after a while.
 */
export function createLiveRows<Row extends LiveRow>(
  client: Pick<SessionClient, "onIdentityChange" | "snapshot">,
  subscribe: SubscribeLiveRows<Row>,
): LiveRows<Row> {
  const empty: LiveRowsState<Row> = { status: "loading", rows: [], total: null, error: null };
  const store = createStore(empty, (isWatched) => (isWatched ? start() : stop()));
  const cleanUps: (() => void)[] = [];
  let present: LiveRowsObserver<Row> | null = null;
  let subscription: { unsubscribe(): void } | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | null = null;
  let failures = 0;
  let hasList = false;
  let owner: string | null = null;

  function start() {
    // Nobody watched: whoever is there now may not be who the rows were read for.
    if (store.get() !== empty && owner !== ownerOf(client)) store.set(empty);
    cleanUps.push(
      client.onIdentityChange((change) => {
        if (change.type !== "signed-in") store.set(empty);
        failures = 0;
        unlisten();
        // In this turn the page puts away what the new user does not see, perhaps this list too.
        listenIn(0);
      }),
      client.snapshot.subscribe(() => store.get().status === "error" && listenIn(0)),
    );
    listen();
  }

  function stop() {
    owner = ownerOf(client);
    for (const cleanUp of cleanUps.splice(0)) cleanUp();
    unlisten();
  }

  function listen() {
    unlisten();
    hasList = false;
    const observer: LiveRowsObserver<Row> = {
      onData: (frame) => present === observer && receive(frame),
      onError: (error) => present === observer && failed(error),
      onComplete: () => present === observer && failed(null),
    };
    present = observer;
    subscription = subscribe(observer);
  }

  function unlisten() {
    present = null;
    subscription?.unsubscribe();
    subscription = null;
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = null;
  }

  function listenIn(milliseconds: number) {
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = setTimeout(listen, milliseconds);
  }

  function receive(value: unknown) {
    const frame = readLiveFrame<Row>(value);
    // Without the whole list, or with a part missing, a difference would make a list that never was.
    if (!frame || (frame.type === "difference" && !hasList)) return failed(null);

    failures = 0;
    hasList = true;
    const before = store.get().rows;
    const rows = frame.type === "list" ? keepIdentity(before, frame.rows) : applyFrame(before, frame);
    const total = frame.total ?? (frame.type === "difference" ? store.get().total : null);
    store.set({ status: "ready", rows, total, error: null });
  }

  function failed(error: unknown) {
    unlisten();
    // The change of identity asks for the list by itself.
    if (error instanceof CallFailure && error.kind === "identity-changed") return;
    if (error) store.set({ ...store.get(), status: "error", error });
    if (!isRefusal(error)) listenIn(Math.min(firstRetryMs * 2 ** failures++, longestRetryMs));
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    retry: () => cleanUps.length > 0 && listen(),
  };
}

function ownerOf({ snapshot }: Pick<SessionClient, "snapshot">): string | null {
  const state = snapshot.get();
  return state.status === "ready" && state.user.isAuthenticated ? state.user.id : null;
}

/** Asking again helps only when something else has changed before. */
function isRefusal(error: unknown): boolean {
  const code = readErrorData(error)?.code;
  return code === "UNAUTHORIZED" || code === "FORBIDDEN" || code === "NOT_FOUND" || code === "BAD_REQUEST";
}

/** The new rows, with each that says the same as before being the same object as before. */
function keepIdentity<Row extends LiveRow>(before: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const byId = new Map(before.map((row) => [row.id, row]));
  return rows.map((row) => {
    const known = byId.get(row.id);
    return known?.version === row.version && JSON.stringify(known) === JSON.stringify(row) ? known : row;
  });
}
