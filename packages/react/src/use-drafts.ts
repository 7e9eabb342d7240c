import {
  type Drafts,
  draftsOf,
  type FieldNameOf,
  type FormOptions,
  type FormValues,
  type RowOf,
  type RowsRouter,
} from "@countersign/client";

import { useSessionClient } from "./use-session-client.ts";

/**
 * All that is being written in the rows of a router, for pages with several forms at once; for one form there is
 * `useCrudForm`. It outlives the component: another page, a lost connection, an expired session of the same user. It is a
 * store, which stays the same:
 *
 *     const drafts = useDrafts(rpc.note, { empty: { title: "", body: "" } });
 *     const open = useStore(drafts, (all) => all.length);
 *     <button onClick={() => drafts.open(note)}>Edit</button>
 */
export function useDrafts<Router extends RowsRouter, Names extends FieldNameOf<Router>>(
  router: Router,
  options: FormOptions<Router, Names>,
): Drafts<RowOf<Router>, FormValues<Router, Names>> {
  return draftsOf(useSessionClient(), router, options);
}
