import { membership } from "@countersign/crud";

import { crudRows } from "../procedures.ts";
import { members, rolesInProject } from "../project/members.ts";
import { addedOneAtATime } from "../project/one-at-a-time.ts";
import type { Tables } from "../tables.ts";

/** What is known of the files that belong to tasks, for members of the task's project. */
export const attachmentRows = crudRows({
  table: "attachments",
  scope: addedOneAtATime(
    membership<Tables, Tables["attachments"]>({ of: "projectId", ...members, roles: rolesInProject }),
  ),
  fields: {},
  show: ["projectId", "taskId", "name", "type", "size", "uploadedBy", "createdAt"],
  filters: { projectId: ["eq"], taskId: ["eq", "in"] },
  order: { by: ["createdAt", "name", "size"], direction: "asc" },
  page: { size: 100 },
  quota: { rows: 10_000, of: "projectId" },
  // They come with a file: see `addAttachment`.
  without: ["create", "update", "updateMany"],
  hooks: {
    async afterCommit({ action, before }, { caller }) {
      if (action === "remove" && before) await caller.services.files?.release([before.storageKey]);
    },
  },
});
