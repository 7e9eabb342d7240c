import type { CoreTables, Vocabulary } from "@countersign/db";

export function defineNotes({ table, id, text, instant, count, index }: Vocabulary, users: CoreTables["users"]) {
  return table(
    "notes",
    {
      id: id("id").primaryKey(),
      ownerId: id("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      title: text("title").notNull(),
      body: text("body").notNull(),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (note) => [index("notes_owner_id_created_at").on(note.ownerId, note.createdAt)],
  );
}
