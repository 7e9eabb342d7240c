import { coreTables, extendTables, type MigrationSet } from "@countersign/db";

/** Projects with members, which hold tasks: as in the app, without what the measurements do not need. */
export const tables = extendTables(coreTables, ({ table, id, text, count, instant, index, primaryKey }, { users }) => {
  const projects = table("projects", { id: id("id").primaryKey(), name: text("name").notNull() });
  const projectMembers = table(
    "project_members",
    {
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      userId: id("user_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      role: text("role").notNull(),
    },
    (member) => [
      primaryKey({ columns: [member.projectId, member.userId] }),
      index("project_members_user_id").on(member.userId),
    ],
  );
  const tasks = table(
    "tasks",
    {
      id: id("id").primaryKey(),
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      title: text("title").notNull(),
      body: text("body").notNull().default(""),
      state: text("state").notNull().default("todo"),
      rank: count("rank").notNull(),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (task) => [index("tasks_project_id_rank").on(task.projectId, task.rank, task.id)],
  );
  return { projects, projectMembers, tasks };
});
export type Tables = (typeof tables)["postgres"];

export const migrations: MigrationSet = {
  name: "bench",
  folders: {
    postgres: new URL("migrations/postgres/", import.meta.url),
    sqlite: new URL("migrations/sqlite/", import.meta.url),
  },
};
