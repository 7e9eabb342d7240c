import { accountRouter, adminRouter, authRouter, sessionRouter } from "@countersign/rpc";

import { noteRouter } from "./note/router.ts";
import { router } from "./procedures.ts";

/** Everything that can be called, by its name on the wire. */
export const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  auth: authRouter,
  note: noteRouter,
  session: sessionRouter,
});
export type AppRouter = typeof appRouter;
