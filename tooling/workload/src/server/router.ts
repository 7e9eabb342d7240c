import { appRouter } from "@app/api";

import { itemRouter } from "./item.ts";
import { createOrderRouter } from "./order.ts";
import { router } from "./procedures.ts";
import type { Release } from "./release.ts";

/** Everything the app offers, tasks that move, and orders. */
export function createWorkloadRouter(release: Pick<Release, "remarkColumn">) {
  return router({ ...appRouter._def.record, item: itemRouter, order: createOrderRouter(release) });
}
