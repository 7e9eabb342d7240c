CREATE TABLE workload_orders (
  id text PRIMARY KEY NOT NULL,
  owner_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  label text NOT NULL,
  line_count bigint NOT NULL,
  total bigint NOT NULL,
  version bigint NOT NULL,
  created_at timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE workload_order_lines (
  id text PRIMARY KEY NOT NULL,
  order_id text NOT NULL,
  amount bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX workload_order_lines_order_id ON workload_order_lines (order_id);
--> statement-breakpoint
CREATE TABLE workload_order_events (
  id text PRIMARY KEY NOT NULL,
  order_id text NOT NULL,
  kind text NOT NULL,
  text text NOT NULL
);
