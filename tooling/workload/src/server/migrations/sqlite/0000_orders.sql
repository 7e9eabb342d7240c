CREATE TABLE workload_orders (
  id text PRIMARY KEY NOT NULL,
  owner_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  label text NOT NULL,
  line_count integer NOT NULL,
  total integer NOT NULL,
  version integer NOT NULL,
  created_at integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE workload_order_lines (
  id text PRIMARY KEY NOT NULL,
  order_id text NOT NULL,
  amount integer NOT NULL
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
