import type { LiveRow } from "@countersign/contract";

import type { ChangeOutcome } from "./change-outcome.ts";
import type { RowChanges } from "./row-changes.ts";
import { rowsOf, type RowsSession } from "./rows-of.ts";
import type { ChangesOf, NewRowOf, PreviewOf, RowOf, RowsRouter } from "./rows-router.ts";

/**
 * Changes rows: at once in every list of the router on this page, marked `$pending`, and for good when the server agrees. What
 * it refuses is taken back. The promises never reject: they say how it ended.
 */
export interface RowActions<Router extends RowsRouter> {
  /** With a preview the new row is shown before the server has made it; without one, as soon as it has. */
  readonly create: (
    input: NewRowOf<Router>,
    options?: { readonly preview?: PreviewOf<Router> },
  ) => Promise<ChangeOutcome<RowOf<Router>>>;
  /** Made from the version that is shown, or from the one that a change before this will have made. */
  readonly update: (row: RowOf<Router>, changes: ChangesOf<Router>) => Promise<ChangeOutcome<RowOf<Router>>>;
  readonly remove: (row: RowOf<Router>) => Promise<ChangeOutcome<RowOf<Router>>>;
  readonly restore: (row: RowOf<Router>) => Promise<ChangeOutcome<RowOf<Router>>>;
  /** Removes a row from the bin, for good. */
  readonly purge: (row: RowOf<Router>) => Promise<ChangeOutcome<RowOf<Router>>>;
  /** One and the same for a row from the moment it is made here, before the server gives it an id: for React's `key`. */
  readonly keyOf: (row: RowOf<Router>) => string;
}

export function createRowActions<Router extends RowsRouter>(session: RowsSession, router: Router): RowActions<Router> {
  // The cast: rows of the router come out as the rows they went in as.
  const changes = rowsOf(session, router).changes as unknown as RowChanges<RowOf<Router> & LiveRow>;
  return {
    create: (input, { preview } = {}) =>
      changes.create(input, (preview as Readonly<Record<string, unknown>> | undefined) ?? null),
    update: (row, fields) => changes.update(row, fields),
    remove: (row) => changes.remove(row),
    restore: (row) => changes.restore(row),
    purge: (row) => changes.purge(row),
    keyOf: changes.keyOf,
  };
}
