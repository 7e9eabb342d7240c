import { tables as appTables } from "@app/api";
import { extendTables, type MigrationSet } from "@countersign/db";

/** The app's tables, and orders: what one call writes as many rows that belong together. */
export const tables = extendTables(appTables, ({ table, id, text, count, instant, index }, { users }) => {
  const orders = table("workload_orders", {
    id: id("id").primaryKey(),
    ownerId: id("owner_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    label: text("label").notNull(),
    /** Written last: how many lines there are, and what they add up to. */
    lineCount: count("line_count").notNull(),
    total: count("total").notNull(),
    version: count("version").notNull(),
    createdAt: instant("created_at").notNull(),
  });
  // No references: half of an order has to be possible to be found.
  const orderLines = table(
    "workload_order_lines",
    {
      id: id("id").primaryKey(),
      orderId: id("order_id").notNull(),
      amount: count("amount").notNull(),
    },
    (line) => [index("workload_order_lines_order_id").on(line.orderId)],
  );
  const orderEvents = table("workload_order_events", {
    id: id("id").primaryKey(),
    orderId: id("order_id").notNull(),
    /** `audit` says who did it, `outbox` what is to be sent on. */
    kind: text("kind").notNull(),
    text: text("text").notNull(),
  });
  return { orders, orderLines, orderEvents };
});
export type Tables = (typeof tables)["postgres"];

/** After those of the app. */
export const migrations: MigrationSet = {
  name: "workload",
  folders: {
    postgres: new URL("migrations/postgres/", import.meta.url),
    sqlite: new URL("migrations/sqlite/", import.meta.url),
  },
};
