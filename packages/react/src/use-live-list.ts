import { useMemo } from "react";

import { createLiveList, type LiveListState, type SubscribeLiveList } from "@countersign/client";
import type { LiveRow } from "@countersign/contract";

import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/**
 * A list that stays true while the component is mounted. `key` names what is listed: when it changes, the list is asked
 * for anew. The row's type is given, and checked against the procedure:
 *
 *     const notes = useLiveList<Note>((observer) => rpc.note.live.subscribe(undefined, observer));
 */
export function useLiveList<Row extends LiveRow>(
  subscribe: SubscribeLiveList<Row>,
  key: string | number = "",
): LiveListState<Row> & { readonly retry: () => void } {
  const client = useSessionClient();
  // The function is a new one in every render; the key says when it means something else.
  // oxlint-disable-next-line react/exhaustive-deps
  const list = useMemo(() => createLiveList<Row>(client, subscribe), [client, key]);
  const state = useStore(list, selectAll);
  return { ...state, retry: list.retry };
}

function selectAll<Value>(state: Value): Value {
  return state;
}
