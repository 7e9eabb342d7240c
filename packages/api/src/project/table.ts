import type { CoreTables, Vocabulary } from "@countersign/db";

import type { Role } from "./role.ts";

/** Projects, and who is a member of which. */
export function defineProjects(
  { table, id, text, instant, count, index, uniqueIndex }: Vocabulary,
  users: CoreTables["users"],
) {
  const projects = table(
    "projects",
    {
      id: id("id").primaryKey(),
      name: text("name").notNull(),
      description: text("description").notNull().default(""),
      /** Who made it: what quotas count. It gives no right; null when that user is gone. */
      createdBy: id("created_by").references(() => users.id, { onDelete: "set null" }),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (project) => [index("projects_created_by").on(project.createdBy)],
  );

  const projectMembers = table(
    "project_members",
    {
      id: id("id").primaryKey(),
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      role: text("role").$type<Role>().notNull(),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
    },
    (member) => [
      uniqueIndex("project_members_project_id_user_id").on(member.projectId, member.userId),
      // What every scope asks: what is this user a member of, and as what?
      index("project_members_user_id_project_id").on(member.userId, member.projectId, member.role),
    ],
  );

  return { projects, projectMembers };
}
