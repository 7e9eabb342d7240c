import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type { AppSessionData, AppSessionKey } from "@countersign/contract";

import { keepSubscribed, type WatchedSession } from "./live-subscription.ts";
import { createStore, type ReadableStore } from "./store.ts";

/** `values` are those set here and not confirmed yet, over those the server has told. */
export interface SessionDataState {
  readonly status: "loading" | "ready";
  readonly values: Partial<AppSessionData>;
}

/** What is kept with the session, or for the visitor. Its keys and their types are those the app registered. */
export interface SessionDataClient extends ReadableStore<SessionDataState> {
  /** Shows the value at once and keeps it; when that is refused, the value from before is shown again and this throws. */
  readonly set: <Key extends AppSessionKey>(key: Key, value: AppSessionData[Key]) => Promise<void>;
  readonly remove: (key: AppSessionKey) => Promise<void>;
}

interface OwnChange {
  /** Undefined: removed. */
  readonly value: unknown;
  /** The server has it; the next thing it tells is newer. */
  isKept: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** Live while it is watched. */
export function createSessionData(
  client: TRPCUntypedClient<AnyRouter>,
  session: WatchedSession,
  { report }: { readonly report: (problem: string, detail: unknown) => void },
): SessionDataClient {
  const loading: SessionDataState = { status: "loading", values: {} };
  let stop: (() => void) | null = null;
  const store = createStore(loading, (isWatched) => (isWatched ? start() : end()));
  const own = new Map<string, OwnChange>();
  let told: Values | null = null;
  let frames = 0;

  function start() {
    stop = keepSubscribed(client, session, {
      path: "session.data.live",
      isWanted: () => true,
      onData: receive,
      onDropped: forget,
      report,
    });
  }

  function end() {
    stop?.();
    stop = null;
    forget();
  }

  function forget() {
    own.clear();
    told = null;
    store.set(loading);
  }

  function receive(data: unknown) {
    if (typeof data !== "object" || data === null) return report("Malformed session data was ignored.", data);
    frames += 1;
    for (const [key, { isKept }] of own) if (isKept) own.delete(key);
    told = data as Values;
    show();
  }

  function show() {
    const shown = new Map(Object.entries(told ?? {}));
    for (const [key, { value }] of own) {
      if (value === undefined) shown.delete(key);
      else shown.set(key, value);
    }
    // The cast: the app registers the types of what its server keeps.
    const values = Object.fromEntries(shown) as Partial<AppSessionData>;
    const next: SessionDataState = { status: told === null ? "loading" : "ready", values };
    // A value that is confirmed is the one that was shown already.
    if (JSON.stringify(next) !== JSON.stringify(store.get())) store.set(next);
  }

  async function change(key: string, value: unknown, call: () => Promise<unknown>) {
    const made: OwnChange = { value, isKept: false };
    const framesBefore = frames;
    own.set(key, made);
    show();
    try {
      await call();
      made.isKept = true;
      // What came since was read after this was kept, or is about to be followed by what was.
      if (own.get(key) === made && frames > framesBefore) own.delete(key);
    } catch (error) {
      if (own.get(key) === made) own.delete(key);
      throw error;
    } finally {
      show();
    }
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    set: (key, value) => change(key, value, () => client.mutation("session.data.set", { key, value })),
    remove: (key) => change(key, undefined, () => client.mutation("session.data.delete", { key })),
  };
}
