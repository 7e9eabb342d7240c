import type { Transaction } from "@countersign/db";

import type { Change } from "../definition/hooks.ts";
import type { AnyRow, Model } from "../definition/model.ts";

import type { CrudContext } from "./crud-context.ts";

/** After the commit: the app's own effects. Lists are told by the database, whoever makes the change (`Database.watchRows`). */
export function announce(model: Model, ctx: CrudContext, tx: Transaction, change: Change<AnyRow>): void {
  if (model.hooks.afterCommit === undefined) return;
  tx.afterCommit(() => void runEffect(model, ctx, change));
}

/** Never rejects: the call has succeeded. */
async function runEffect(model: Model, ctx: CrudContext, change: Change<AnyRow>): Promise<void> {
  try {
    await model.hooks.afterCommit?.(change, ctx);
  } catch (error) {
    const { log } = ctx.caller.services;
    log.error({ err: error, table: model.tableName, action: change.action }, "An effect after a commit failed");
  }
}
