CREATE TABLE projects (id text PRIMARY KEY NOT NULL, name text NOT NULL);
--> statement-breakpoint
CREATE TABLE project_members (
  project_id text NOT NULL REFERENCES projects (id) ON DELETE cascade,
  user_id text NOT NULL REFERENCES users (id) ON DELETE cascade,
  role text NOT NULL,
  PRIMARY KEY (project_id, user_id)
);
--> statement-breakpoint
CREATE INDEX project_members_user_id ON project_members (user_id);
--> statement-breakpoint
CREATE TABLE tasks (
  id text PRIMARY KEY NOT NULL,
  project_id text NOT NULL REFERENCES projects (id) ON DELETE cascade,
  title text NOT NULL,
  body text DEFAULT '' NOT NULL,
  state text DEFAULT 'todo' NOT NULL,
  rank bigint NOT NULL,
  version bigint NOT NULL,
  created_at timestamp (3) with time zone NOT NULL,
  updated_at timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX tasks_project_id_rank ON tasks (project_id, rank, id);
