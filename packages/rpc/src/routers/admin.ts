import { adminAuditRouter } from "./admin/admin-audit.ts";
import { adminProcedure } from "./admin/admin-call.ts";
import { adminConnectionsRouter } from "./admin/admin-connections.ts";
import { adminGroupRouter } from "./admin/admin-group.ts";
import { adminSessionRouter } from "./admin/admin-session.ts";
import { adminUserRouter } from "./admin/admin-user.ts";
import { router } from "./library-procedures.ts";

/**
 * What staff may do with others' accounts. Each procedure asks for the staff flag and for its permission; the rules on who
 * may give or touch what are the services'.
 */
export const adminRouter = router({
  user: adminUserRouter,
  group: adminGroupRouter,
  session: adminSessionRouter,
  audit: adminAuditRouter,
  connections: adminConnectionsRouter,
  permission: router({
    /** All permissions that can be given, and which of them the caller holds. */
    list: adminProcedure("groups.view").query(({ ctx }) =>
      ctx.caller.services.auth.admin.listPermissions(ctx.principal),
    ),
  }),
});
