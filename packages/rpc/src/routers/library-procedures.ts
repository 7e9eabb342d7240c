import { createProcedures } from "../procedure/procedures.ts";

/** What the library's own routers are built with: they know the core tables and no app's permissions. */
export const { router, publicProcedureWith, procedureWith, protectedProcedure } = createProcedures();
