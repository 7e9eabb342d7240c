CREATE TABLE notes (
  id text PRIMARY KEY NOT NULL,
  owner_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  title text NOT NULL,
  body text DEFAULT '' NOT NULL,
  is_done boolean DEFAULT false NOT NULL,
  priority bigint,
  due_at timestamp (3) with time zone,
  secret text DEFAULT 'hidden' NOT NULL,
  version bigint NOT NULL,
  created_at timestamp (3) with time zone NOT NULL,
  updated_at timestamp (3) with time zone NOT NULL,
  removed_at timestamp (3) with time zone
);
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
  version bigint NOT NULL,
  created_at timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX notes_owner_id_created_at ON notes (owner_id, created_at, id);
--> statement-breakpoint
CREATE INDEX project_members_user_id ON project_members (user_id);
--> statement-breakpoint
CREATE INDEX tasks_project_id_created_at ON tasks (project_id, created_at, id);
--> statement-breakpoint
CREATE INDEX tasks_project_id_title ON tasks (project_id, title, id);
--> statement-breakpoint
CREATE INDEX tasks_created_at ON tasks (created_at, id);
--> statement-breakpoint
CREATE INDEX tasks_title ON tasks (title, id);
