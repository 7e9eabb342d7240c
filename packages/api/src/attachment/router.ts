import { membership } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";
import { members, rolesInProject } from "../project/members.ts";
import type { Tables } from "../tables.ts";

/** What is known of the files that belong to tasks. Their bytes come and go over HTTP. */
export const attachmentRouter = router(
  crudRouter({
    table: "attachments",
    scope: membership<Tables, Tables["attachments"]>({ of: "projectId", ...members, roles: rolesInProject }),
    fields: {},
    show: ["projectId", "taskId", "name", "type", "size", "uploadedBy", "createdAt"],
    filters: { projectId: ["eq"], taskId: ["eq", "in"] },
    order: { by: ["createdAt", "name", "size"], direction: "asc" },
    page: { size: 100 },
    without: ["create", "update", "updateMany"],
  }),
);
