import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import { CallFailure } from "./call-failure.ts";
import { readErrorData } from "./error-data.ts";
import type { IdentityChange, SnapshotState } from "./identity.ts";
import type { ReadableStore } from "./store.ts";

/** What a subscription that is kept up needs of its session. */
export interface WatchedSession {
  readonly snapshot: ReadableStore<SnapshotState>;
  readonly onIdentityChange: (listener: (change: IdentityChange) => void) => () => void;
}

export interface LiveSubscriptionOptions {
  readonly path: string;
  readonly onData: (data: unknown) => void;
  /** What was heard belongs to someone else now. */
  readonly onDropped: () => void;
  /** Is there anything to hear? Asked whenever who is there has changed. */
  readonly isWanted: (state: SnapshotState) => boolean;
  readonly report: (problem: string, detail: unknown) => void;
}

const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/**
 * One of the library's own subscriptions, kept up until it is stopped: asked for again after a failure, and as whoever is
 * signed in now. Returns what stops it.
 */
export function keepSubscribed(
  client: TRPCUntypedClient<AnyRouter>,
  session: WatchedSession,
  options: LiveSubscriptionOptions,
): () => void {
  let serial = 0;
  let subscription: { unsubscribe(): void } | null = null;
  let retryTimer: ReturnType<typeof setTimeout> | null = null;
  let failures = 0;

  function listen() {
    unlisten();
    if (!options.isWanted(session.snapshot.get())) return;
    const own = serial;
    subscription = client.subscription(options.path, undefined, {
      onData(data) {
        if (own !== serial) return;
        failures = 0;
        options.onData(data);
      },
      onError: (error) => own === serial && failed(error),
      onComplete: () => own === serial && failed(null),
    });
  }

  function unlisten() {
    serial += 1;
    subscription?.unsubscribe();
    subscription = null;
    if (retryTimer) clearTimeout(retryTimer);
    retryTimer = null;
  }

  function failed(error: unknown) {
    unlisten();
    // The change of identity asks again by itself.
    if (error instanceof CallFailure && error.kind === "identity-changed") return;
    // A server without it has nothing to tell, however often it is asked.
    if (readErrorData(error)?.code === "NOT_FOUND") return options.report(`The server has no ${options.path}.`, error);
    retryTimer = setTimeout(listen, Math.min(firstRetryMs * 2 ** failures++, longestRetryMs));
  }

  const stopHearing = session.onIdentityChange((change) => {
    if (change.type !== "signed-in") options.onDropped();
    failures = 0;
    unlisten();
    retryTimer = setTimeout(listen, 0);
  });
  // Whether it is wanted may only be known once the server has said who is there.
  const stopWatching = session.snapshot.subscribe(() => {
    if (subscription === null && retryTimer === null) listen();
  });
  listen();

  return () => {
    stopHearing();
    stopWatching();
    unlisten();
  };
}
