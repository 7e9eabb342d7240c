import { useMemo } from "react";

import { createRowActions, routerPath, type RowActions, type RowsRouter } from "@countersign/client";

import { useSessionClient } from "./use-session-client.ts";

/**
 * Changes rows of a router where no list of them is at hand, as on a row's own page; what it does shows in all lists of the
 * router. `useLiveList` gives the same actions with its rows.
 *
 *     const tasks = useRowActions(rpc.task);
 *     const outcome = await tasks.update(task, { state: "done" });
 */
export function useRowActions<Router extends RowsRouter>(router: Router): RowActions<Router> {
  const client = useSessionClient();
  const which = routerPath(router) ?? router;
  // Each `useUtils` brings clients of its own: what tells routers apart is where they are mounted.
  // oxlint-disable-next-line react/exhaustive-deps
  return useMemo(() => createRowActions(client, router), [client, which]);
}
