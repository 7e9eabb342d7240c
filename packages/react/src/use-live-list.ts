import { useEffect, useEffectEvent, useMemo } from "react";

import {
  createLiveList,
  type LiveList,
  type LiveListOptions,
  type LiveListState,
  routerPath,
  type RowActions,
  type RowsRouter,
} from "@countersign/client";

import { useRowActions } from "./use-row-actions.ts";
import { useSessionClient } from "./use-session-client.ts";
import { useStore } from "./use-store.ts";

/** What is shown, what can be asked, and what can be done to the rows. */
export type LiveListView<Router extends RowsRouter> = LiveListState<Router> &
  Pick<LiveList<Router>, "setSearch" | "setFilter" | "setOrder" | "setPage" | "loadMore" | "retry"> &
  RowActions<Router>;

/**
 * Rows of a router, a page at a time, true while the component is mounted, with what is done to them here shown at once:
 *
 *     const tasks = useLiveList(rpc.task, { filter: { projectId: { eq: projectId } }, order: { by: "rank" } });
 *     tasks.rows.map((task) => <li key={tasks.keyOf(task)}>{task.title}</li>);
 *
 * Another `filter` (or `removed`) in the options is another list: the rows of the one before are gone at once. Another
 * `search`, `order`, `page` or `pageSize`, there or by the setters, keeps the rows in sight until the new ones are there.
 */
export function useLiveList<Router extends RowsRouter>(
  router: Router,
  options: LiveListOptions<Router> = {},
): LiveListView<Router> {
  const client = useSessionClient();
  const which = routerPath(router) ?? router;
  const { filter, removed, search, order, page, pageSize } = options;
  const whose = JSON.stringify([filter, removed]);
  // What is asked is compared by what it says: it is written in place, anew in each render.
  // oxlint-disable-next-line react/exhaustive-deps
  const list = useMemo(() => createLiveList(client, router, options), [client, which, whose]);

  const followed = JSON.stringify([search, order, page, pageSize]);
  const follow = useEffectEvent(() => list.follow(options));
  useEffect(() => follow(), [followed, list]);

  const state = useStore(list, all<Router>);
  const actions = useRowActions(router);
  return useMemo(() => {
    const { setSearch, setFilter, setOrder, setPage, loadMore, retry } = list;
    return { ...state, ...actions, setSearch, setFilter, setOrder, setPage, loadMore, retry };
  }, [state, actions, list]);
}

function all<Router extends RowsRouter>(state: LiveListState<Router>): LiveListState<Router> {
  return state;
}
