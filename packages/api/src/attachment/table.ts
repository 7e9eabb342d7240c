import type { CoreTables, Vocabulary } from "@countersign/db";

import type { defineProjects } from "../project/table.ts";
import type { defineTasks } from "../task/table.ts";

/** Files that belong to tasks: what is known of them. Their bytes are in the storage. */
export function defineAttachments(
  { table, id, text, instant, count, index, uniqueIndex }: Vocabulary,
  users: CoreTables["users"],
  projects: ReturnType<typeof defineProjects>["projects"],
  tasks: ReturnType<typeof defineTasks>,
) {
  return table(
    "attachments",
    {
      id: id("id").primaryKey(),
      /** The task's, kept here too, so that whose an attachment is is a membership like the task's. */
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      taskId: id("task_id")
        .notNull()
        .references(() => tasks.id, { onDelete: "cascade" }),
      /** As the uploader's file was called. It is shown, and never a path. */
      name: text("name").notNull(),
      /** The media type it was found to have. */
      type: text("type").notNull(),
      /** In bytes. */
      size: count("size").notNull(),
      /** SHA-256 of the bytes, hex. Never sent. */
      digest: text("digest").notNull(),
      /** Where the storage keeps the bytes. Never sent. */
      storageKey: text("storage_key").notNull(),
      /** Null when that user is gone. */
      uploadedBy: id("uploaded_by").references(() => users.id, { onDelete: "set null" }),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
    },
    (attachment) => [
      index("attachments_project_id_created_at").on(attachment.projectId, attachment.createdAt, attachment.id),
      index("attachments_task_id_created_at").on(attachment.taskId, attachment.createdAt, attachment.id),
      index("attachments_uploaded_by").on(attachment.uploadedBy),
      uniqueIndex("attachments_storage_key").on(attachment.storageKey),
    ],
  );
}
