import { useEffect, useEffectEvent, useMemo } from "react";

import {
  createLiveWindow,
  type LiveWindowList,
  type LiveWindowOptions,
  type LiveWindowState,
  routerPath,
  type RowActions,
  type RowsRouter,
} from "@countersign/client";

import { useRowActions } from "./use-row-actions.ts";
import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/** What is shown, what can be asked and looked at, and what can be done to the rows. */
export type LiveWindowView<Router extends RowsRouter> = LiveWindowState<Router> &
  Pick<LiveWindowList<Router>, "setSearch" | "setFilter" | "setOrder" | "look" | "retry"> &
  RowActions<Router>;

/**
 * A list of any length for a virtualised view: the parts that are looked at are live, the rest is not read.
 *
 *     const tasks = useLiveWindow(rpc.task, { order: { by: "title" } });
 *     useEffect(() => tasks.look(firstVisible, lastVisible), [tasks.look, firstVisible, lastVisible]);
 *     tasks.rowAt(index)?.title;
 *
 * Options are followed as those of `useLiveList` are.
 */
export function useLiveWindow<Router extends RowsRouter>(
  router: Router,
  options: LiveWindowOptions<Router> = {},
): LiveWindowView<Router> {
  const client = useSessionClient();
  const which = routerPath(router) ?? router;
  const { filter, removed, search, order } = options;
  const whose = JSON.stringify([filter, removed]);
  // What is asked is compared by what it says: it is written in place, anew in each render.
  // oxlint-disable-next-line react/exhaustive-deps
  const list = useMemo(() => createLiveWindow(client, router, options), [client, which, whose]);

  const followed = JSON.stringify([search, order]);
  const follow = useEffectEvent(() => list.follow(options));
  useEffect(() => follow(), [followed, list]);

  const state = useStore(list, all<Router>);
  const actions = useRowActions(router);
  return useMemo(() => {
    const { setSearch, setFilter, setOrder, look, retry } = list;
    return { ...state, ...actions, setSearch, setFilter, setOrder, look, retry };
  }, [state, actions, list]);
}

function all<Router extends RowsRouter>(state: LiveWindowState<Router>): LiveWindowState<Router> {
  return state;
}
