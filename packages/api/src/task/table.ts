import { sql } from "drizzle-orm";

import type { CoreTables, Vocabulary } from "@countersign/db";

import type { defineProjects } from "../project/table.ts";

import type { TaskState } from "./state.ts";

/** Tasks of projects. An index for each order a list can have, within a project and without what is in the bin. */
export function defineTasks(
  { table, id, text, instant, count, index }: Vocabulary,
  users: CoreTables["users"],
  projects: ReturnType<typeof defineProjects>["projects"],
) {
  return table(
    "tasks",
    {
      id: id("id").primaryKey(),
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      title: text("title").notNull(),
      body: text("body").notNull().default(""),
      state: text("state").$type<TaskState>().notNull().default("todo"),
      /** The order within a column of the board; equal ones by id. */
      rank: count("rank").notNull().default(0),
      /** A member of the project. */
      assigneeId: id("assignee_id").references(() => users.id, { onDelete: "set null" }),
      dueAt: instant("due_at"),
      /** Null when that user is gone. */
      createdBy: id("created_by").references(() => users.id, { onDelete: "set null" }),
      removedAt: instant("removed_at"),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (task) => {
      const isKept = sql`${task.removedAt} is null`;
      return [
        index("tasks_project_id_rank").on(task.projectId, task.rank, task.id).where(isKept),
        index("tasks_project_id_state_rank").on(task.projectId, task.state, task.rank, task.id).where(isKept),
        index("tasks_project_id_created_at").on(task.projectId, task.createdAt, task.id).where(isKept),
        index("tasks_project_id_title").on(task.projectId, task.title, task.id).where(isKept),
        index("tasks_project_id_due_at")
          .on(task.projectId, sql`(due_at is null)`, task.dueAt, task.id)
          .where(isKept),
        // Tasks without a day are last in both directions.
        index("tasks_project_id_due_at_desc")
          .on(task.projectId, sql`(due_at is null)`, sql`due_at desc`, sql`id desc`)
          .where(isKept),
        // The bin, the quota, and what goes with a project.
        index("tasks_project_id_removed_at").on(task.projectId, task.removedAt),
        index("tasks_assignee_id").on(task.assigneeId, task.projectId),
        index("tasks_created_by").on(task.createdBy),
      ];
    },
  );
}
