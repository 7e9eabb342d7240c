import { pgTable, text as pgText, timestamp } from "drizzle-orm/pg-core";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** As Lucia's guide has them, with the columns an application adds. */
export const sqliteTables = createSqliteTables();
export const postgresTables = createPostgresTables();

function createSqliteTables() {
  const users = sqliteTable("user", {
    id: text("id").primaryKey(),
    username: text("username").notNull().unique(),
    email: text("email").notNull(),
    role: text("role").notNull(),
  });
  const sessions = sqliteTable("session", {
    id: text("id").primaryKey(),
    userId: text("user_id")
      .notNull()
      .references(() => users.id),
    // What Drizzle makes of it is what the adapter makes of it itself: a Date from seconds.
    expiresAt: integer("expires_at", { mode: "timestamp" }).notNull(),
  });
  return { users, sessions };
}

function createPostgresTables() {
  const users = pgTable("user", {
    id: pgText("id").primaryKey(),
    username: pgText("username").notNull().unique(),
    email: pgText("email").notNull(),
    role: pgText("role").notNull(),
  });
  const sessions = pgTable("session", {
    id: pgText("id").primaryKey(),
    userId: pgText("user_id")
      .notNull()
      .references(() => users.id),
    expiresAt: timestamp("expires_at", { withTimezone: true, mode: "date" }).notNull(),
  });
  return { users, sessions };
}
