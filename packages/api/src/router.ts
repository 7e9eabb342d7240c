import { accountRouter, adminRouter, authRouter, createSessionRouter } from "@countersign/rpc";

import { noteRouter } from "./note/router.ts";
import { router } from "./procedures.ts";
import { sessionData } from "./session-data.ts";

/** Everything that can be called, by its name on the wire. */
export const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  auth: authRouter,
  note: noteRouter,
  session: createSessionRouter({ data: sessionData }),
});
export type AppRouter = typeof appRouter;
