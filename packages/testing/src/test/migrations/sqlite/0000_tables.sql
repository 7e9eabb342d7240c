CREATE TABLE notes (
  id text PRIMARY KEY NOT NULL,
  owner_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  title text NOT NULL,
  label text,
  is_done integer DEFAULT false NOT NULL,
  priority integer,
  due_at integer,
  secret text DEFAULT 'hidden' NOT NULL,
  version integer NOT NULL,
  created_at integer NOT NULL,
  updated_at integer NOT NULL,
  removed_at integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX notes_label ON notes (owner_id, label);
--> statement-breakpoint
CREATE TABLE projects (id text PRIMARY KEY NOT NULL, name text NOT NULL, version integer NOT NULL);
--> statement-breakpoint
CREATE TABLE project_members (
  project_id text NOT NULL REFERENCES projects (id) ON DELETE cascade,
  user_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  role text NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
--> statement-breakpoint
CREATE TABLE tasks (
  id text PRIMARY KEY NOT NULL,
  project_id text NOT NULL REFERENCES projects (id) ON DELETE cascade,
  title text NOT NULL,
  state text DEFAULT 'open' NOT NULL,
  cost integer DEFAULT 7 NOT NULL,
  created_by text REFERENCES users (id) ON DELETE set null,
  version integer NOT NULL,
  created_at integer NOT NULL
);
