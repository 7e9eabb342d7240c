import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** As Lucia's guide has them, with the columns an application adds. */
export const users = sqliteTable("user", {
  id: text("id").primaryKey(),
  username: text("username").notNull().unique(),
  email: text("email").notNull(),
  role: text("role").notNull(),
});

export const sessions = sqliteTable("session", {
  id: text("id").primaryKey(),
  userId: text("user_id")
    .notNull()
    .references(() => users.id),
  expiresAt: integer("expires_at").notNull(),
});
