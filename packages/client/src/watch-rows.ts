import type { TRPCUntypedClient } from "@trpc/client";
import type { AnyRouter } from "@trpc/server";

import type { LiveRow } from "@countersign/contract";

import type { LiveRowsObserver, SubscribeLiveRows } from "./live-rows.ts";

/** Subscribes to a live list of the library's own procedures, by its path. */
export function watchRows<Row extends LiveRow>(
  client: TRPCUntypedClient<AnyRouter>,
  path: string,
  query?: object,
): SubscribeLiveRows<Row> {
  return (observer: LiveRowsObserver<Row>) =>
    client.subscription(path, query, {
      // The list looks at what it is given before it believes it.
      onData: (frame) => observer.onData(frame as Parameters<typeof observer.onData>[0]),
      onError: observer.onError,
      onComplete: observer.onComplete,
    });
}
