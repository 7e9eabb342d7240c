import type { z } from "zod";

import type { Principal } from "@countersign/auth";
import type { CoreTables, Database, MaybePromise } from "@countersign/db";

/** What an app adds to the snapshot of its users. */
export interface SnapshotFields<Tables extends CoreTables = CoreTables> {
  /** The allow-list: what it does not name does not get out. */
  readonly fields: z.ZodObject;
  /** Reads them for one user. Asked with every snapshot, so it should be quick; `touchUser` says when they have changed. */
  read(
    principal: Principal,
    place: { readonly db: Pick<Database<Tables>, "select" | "tables"> },
  ): MaybePromise<unknown>;
}

/**
 * Declares what the app adds to the snapshot, under `app`:
 *
 *     defineSnapshotFields({ fields: z.object({ plan: z.enum(["free", "paid"]) }), read: (principal, { db }) => … })
 */
export function defineSnapshotFields<Tables extends CoreTables, Fields extends z.ZodObject>(options: {
  readonly fields: Fields;
  read(
    principal: Principal,
    place: { readonly db: Pick<Database<Tables>, "select" | "tables"> },
  ): MaybePromise<z.input<Fields>>;
}): SnapshotFields<Tables> {
  return options;
}
