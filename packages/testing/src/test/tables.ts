import { coreTables, extendTables, type MigrationSet } from "@countersign/db";

/** Notes of one owner each, and projects with members, which hold tasks. */
export const tables = extendTables(
  coreTables,
  ({ table, id, text, flag, instant, count, primaryKey, uniqueIndex }, { users }) => {
    const notes = table(
      "notes",
      {
        id: id("id").primaryKey(),
        ownerId: id("owner_id")
          .notNull()
          .references(() => users.id, { onDelete: "cascade" }),
        title: text("title").notNull(),
        label: text("label"),
        isDone: flag("is_done").notNull().default(false),
        priority: count("priority"),
        dueAt: instant("due_at"),
        secret: text("secret").notNull().default("hidden"),
        version: count("version").notNull(),
        createdAt: instant("created_at").notNull(),
        updatedAt: instant("updated_at").notNull(),
        removedAt: instant("removed_at"),
      },
      (note) => [uniqueIndex("notes_label").on(note.ownerId, note.label)],
    );
    const projects = table("projects", {
      id: id("id").primaryKey(),
      name: text("name").notNull(),
      version: count("version").notNull(),
    });
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
      (member) => [primaryKey({ columns: [member.projectId, member.userId] })],
    );
    const tasks = table("tasks", {
      id: id("id").primaryKey(),
      projectId: id("project_id")
        .notNull()
        .references(() => projects.id, { onDelete: "cascade" }),
      title: text("title").notNull(),
      state: text("state").notNull().default("open"),
      cost: count("cost").notNull().default(7),
      createdBy: id("created_by").references(() => users.id, { onDelete: "set null" }),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
    });
    return { notes, projects, projectMembers, tasks };
  },
);
export type Tables = (typeof tables)["postgres"];

export const migrations: MigrationSet = {
  name: "testing-test",
  folders: {
    postgres: new URL("migrations/postgres/", import.meta.url),
    sqlite: new URL("migrations/sqlite/", import.meta.url),
  },
};
