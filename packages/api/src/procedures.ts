import { createProcedures } from "@countersign/rpc";

import { permissions } from "./permissions.ts";
import { tables } from "./tables.ts";

/** What this app's routers are built with. */
export const { router, protectedProcedure, permissionProcedure } = createProcedures({ permissions, tables });
