import { UserSnapshot } from "@countersign/contract";

import type { OwnMessage } from "./own-message.ts";

export interface SnapshotFeedOptions {
  readonly send: (message: { id: string; method: string; params: { path: string } }) => void;
  readonly onSnapshot: (snapshot: UserSnapshot) => void;
  readonly report: (problem: string, detail: unknown) => void;
}

/** One socket's own subscription to who it belongs to. */
export interface SnapshotFeed {
  readonly start: () => void;
  /** Takes a message that answers the subscription; false for all others. */
  readonly take: (message: OwnMessage) => boolean;
  readonly stop: () => void;
}

const idPrefix = "session.snapshot:";
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/** A feed that asks again, after a while, when it is refused or ended while its socket lives. */
export function createSnapshotFeed(options: SnapshotFeedOptions): SnapshotFeed {
  let serial = 0;
  let failures = 0;
  let retryTimer: ReturnType<typeof setTimeout> | null = null;

  function start() {
    // A new id for each try: the server may not have let go of the one before.
    serial += 1;
    options.send({ id: `${idPrefix}${serial}`, method: "subscription", params: { path: "session.snapshot" } });
  }

  function startLater(problem: string, detail: unknown) {
    // tRPC ends a refused subscription with `stopped`, which says nothing new.
    if (retryTimer) return;
    options.report(problem, detail);
    const delayMs = Math.min(firstRetryMs * 2 ** failures++, longestRetryMs);
    retryTimer = setTimeout(() => {
      retryTimer = null;
      start();
    }, delayMs);
  }

  function receive(data: unknown) {
    const snapshot = UserSnapshot.safeParse(data);
    if (!snapshot.success) return options.report("A malformed snapshot was ignored.", snapshot.error);
    failures = 0;
    options.onSnapshot(snapshot.data);
  }

  return {
    start,
    take({ id, error, result }) {
      if (typeof id !== "string" || !id.startsWith(idPrefix)) return false;
      if (error) startLater("The snapshot subscription was refused.", error);
      else if (result?.type === "stopped") startLater("The snapshot subscription was ended.", null);
      else if (result?.type === "data") receive(result.data);
      return true;
    },
    stop() {
      if (retryTimer) clearTimeout(retryTimer);
    },
  };
}
