import type { Transaction } from "@countersign/db";
import { once } from "@countersign/rpc";

import { callOf, type Keyed } from "./call.ts";
import type { CrudContext } from "./crud-context.ts";

/** Removes by a call that, sent again with its key, removes nothing more. There is nothing to answer. */
export function removeOnce(
  ctx: CrudContext,
  procedure: string,
  input: Keyed<object>,
  remove: (tx: Transaction) => Promise<void>,
): Promise<Record<string, never>> {
  return ctx.transaction((tx) =>
    once(
      tx,
      callOf(ctx, procedure, input),
      async () => {
        await remove(tx);
        return {};
      },
      () => ({}),
    ),
  );
}
