import type { Transaction } from "@countersign/db";

import type { Change } from "../definition/hooks.ts";
import { type AnyRow, type Model, placeOf } from "../definition/model.ts";
import { rowsTopic } from "../scope/topic.ts";

import type { CrudContext } from "./crud-context.ts";

/** After the commit: the lists the row stood in, and those it stands in now, are read again; then the app's own effects. */
export function announce(model: Model, ctx: CrudContext, tx: Transaction, change: Change<AnyRow>): void {
  const place = placeOf(model, tx);
  const rows = [change.before, change.after].filter((row) => row !== null);
  const topics = new Set(
    rows.flatMap((row) => [
      ...model.scope.topicsOf(row, place),
      ...model.touches.map((name) => rowsTopic(place.table, name, row[name])),
    ]),
  );
  tx.afterCommit(() => {
    for (const topic of topics) ctx.bus.publish({ kind: "topic", topic });
    void runEffect(model, ctx, change);
  });
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
