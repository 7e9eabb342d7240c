import { router } from "../procedures.ts";

import { download, upload } from "./files.ts";
import { attachmentRows } from "./rows.ts";

/** What is known of the files that belong to tasks. Their bytes come and go over HTTP. */
export const attachmentRouter = router({ ...attachmentRows.procedures, upload, download });
