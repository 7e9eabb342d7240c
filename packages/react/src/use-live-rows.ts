import { useMemo } from "react";

import { createLiveRows, type LiveRowsState, type SubscribeLiveRows } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/**
 * The rows of any live procedure, true while the component is mounted; for those of a `crudRouter` there is `useLiveList`.
 * `key` names what is listed: when it changes, the list is asked for anew. The row's type is given, and checked against the
 * procedure:
 *
 *     const sessions = useLiveRows<Session>((observer) => rpc.session.live.subscribe(undefined, observer));
 */
export function useLiveRows<Row extends LiveRow>(
  subscribe: SubscribeLiveRows<Row>,
  key: string | number = "",
): LiveRowsState<Row> & { readonly retry: () => void } {
  const client = useSessionClient();
  // The function is a new one in every render; the key says when it means something else.
  // oxlint-disable-next-line react/exhaustive-deps
  const list = useMemo(() => createLiveRows<Row>(client, subscribe), [client, key]);
  const state = useStore(list, selectAll);
  return { ...state, retry: list.retry };
}

function selectAll<Value>(state: Value): Value {
  return state;
}
