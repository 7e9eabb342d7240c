import { createCrud, createCrudRows } from "@countersign/crud";
import { createProcedures, definePolicies } from "@countersign/rpc";

import { notePolicies } from "./note/policies.ts";
import { permissions } from "./permissions.ts";
import { sessionData } from "./session-data.ts";
import { tables } from "./tables.ts";

const procedures = createProcedures({
  permissions,
  tables,
  sessionData,
  policies: definePolicies({ ...notePolicies }),
  provide: {
    /** One instant for the whole call. */
    now: (call) => new Date(call.caller.services.clock.now()),
  },
  // Shown as a toast: the page that offered it was a moment behind.
  onForbidden: () => ({ notice: { kind: "warning", key: "forbidden" } }),
});

/** What this app's routers are built with. */
export const { router, procedureWith, protectedProcedure, permissionProcedure } = procedures;

/** Routers of rows: see `@countersign/crud`. */
export const crudRows = createCrudRows({ procedures, tables });
export const crudRouter = createCrud({ procedures, tables });
