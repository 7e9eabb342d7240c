import { appRouter } from "@app/api";

import { itemRouter } from "./item.ts";
import { orderRouter } from "./order.ts";
import { router } from "./procedures.ts";

/** Everything the app offers, tasks that move, and orders. */
export const workloadRouter = router({ ...appRouter._def.record, item: itemRouter, order: orderRouter });
