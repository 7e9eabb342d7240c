import type { CoreTables } from "@countersign/db";
import type { SignedInContext } from "@countersign/rpc";

import type { HookPlace } from "../definition/hooks.ts";
import type { AnyRow, Model, Reader } from "../definition/model.ts";
import type { CrudTable, RowOf } from "../definition/table.ts";
import { findRow } from "../query/read-rows.ts";

import { admitRow, insertRow, showRow } from "./create.ts";
import { showAgain } from "./show-again.ts";

/** Columns that are filled in with each new row. */
type FilledIn = "id" | "version" | "createdAt" | "updatedAt";

/** The rows of one table: as procedures, and for transactions of the app's own (`ctx.transaction`). */
export interface CrudRows<
  Tables extends CoreTables,
  Table extends CrudTable,
  Permission extends string,
  Offered,
  Sent,
> {
  readonly procedures: Offered;
  /**
   * Asks whether this user may put such a row there, before there is one: by scope and quota.
   *
   * @throws NOT_FOUND, FORBIDDEN
   */
  admit(place: HookPlace<Tables, Permission>, values: Partial<NewRow<Table>>): Promise<void>;
  /**
   * A new row, as `create` makes it: let in by the scope, within the quota, through the hooks, told to the lists. What it is
   * given is trusted: no schema is asked. With a quota the transaction is to run `alone`.
   *
   * @throws NOT_FOUND, FORBIDDEN, CONFLICT, BAD_REQUEST with fields
   */
  insert(place: HookPlace<Tables, Permission>, values: NewRow<Table>): Promise<RowOf<Table>>;
  /** A row as this user sees it, with `$can`: what `create` answers. */
  show(place: HookPlace<Tables, Permission>, row: RowOf<Table>): Promise<Sent>;
  /**
   * A row as this user sees it now: what a call that is sent again with its key is answered, by the `id` it was answered first.
   *
   * @throws NOT_FOUND when it is not there any more, or not this user's to see
   */
  showAgain(
    place: { readonly ctx: SignedInContext<Tables, Permission>; readonly db: Reader<Tables> },
    id: string,
  ): Promise<Sent>;
  /** A row with all its columns, those too that never leave the server; null when it is not there or not this user's to see. */
  find(ctx: SignedInContext<Tables, Permission>, id: string): Promise<RowOf<Table> | null>;
}

/** A row before it is one. */
export type NewRow<Table extends CrudTable> = Readonly<Omit<Table["$inferInsert"], FilledIn>>;

/** See `CrudRows`. */
export function buildRows(model: Model): Omit<CrudRows<CoreTables, CrudTable, string, never, unknown>, "procedures"> {
  return {
    async admit({ ctx, tx }, values) {
      await admitRow(model, ctx, tx, values);
    },
    insert: ({ ctx, tx }, values) => insertRow(model, ctx, tx, values),
    show: ({ ctx, tx }, row) => showRow(model, ctx, row as AnyRow, tx),
    showAgain: ({ ctx, db }, id) => showAgain(model, ctx, id, db),
    find: (ctx, id) => findRow(model, ctx, id, ctx.db),
  };
}
