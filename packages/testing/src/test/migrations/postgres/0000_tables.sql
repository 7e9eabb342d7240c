CREATE TABLE notes (
  id text PRIMARY KEY NOT NULL,
  owner_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  title text NOT NULL,
  label text,
  is_done boolean DEFAULT false NOT NULL,
  priority bigint,
  due_at timestamp(3) with time zone,
  secret text DEFAULT 'hidden' NOT NULL,
  version bigint NOT NULL,
  created_at timestamp(3) with time zone NOT NULL,
  updated_at timestamp(3) with time zone NOT NULL,
  removed_at timestamp(3) with time zone
);
--> statement-breakpoint
CREATE UNIQUE INDEX notes_label ON notes (owner_id, label);
--> statement-breakpoint
CREATE TABLE projects (id text PRIMARY KEY NOT NULL, name text NOT NULL, version bigint NOT NULL);
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
  cost bigint DEFAULT 7 NOT NULL,
  created_by text REFERENCES users (id) ON DELETE set null,
  version bigint NOT NULL,
  created_at timestamp(3) with time zone NOT NULL
);
