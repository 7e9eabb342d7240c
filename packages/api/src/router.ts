import { accountRouter, adminRouter, authRouter, createSessionRouter } from "@countersign/rpc";

import { attachmentRouter } from "./attachment/router.ts";
import { memberRouter } from "./member/router.ts";
import { noteRouter } from "./note/router.ts";
import { router } from "./procedures.ts";
import { projectRouter } from "./project/router.ts";
import { sessionData } from "./session-data.ts";
import { taskRouter } from "./task/router.ts";

/** Everything that can be called, by its name on the wire. */
export const appRouter = router({
  account: accountRouter,
  admin: adminRouter,
  attachment: attachmentRouter,
  auth: authRouter,
  member: memberRouter,
  note: noteRouter,
  project: projectRouter,
  session: createSessionRouter({ data: sessionData }),
  task: taskRouter,
});
export type AppRouter = typeof appRouter;
