import { permissions } from "@app/api";
import { createCrud } from "@countersign/crud";
import { createProcedures } from "@countersign/rpc";

import { tables } from "./tables.ts";

const procedures = createProcedures({ permissions, tables });

export const { router, protectedProcedure } = procedures;
export const crudRouter = createCrud({ procedures, tables });
