CREATE TABLE `attachments` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`task_id` text NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`digest` text NOT NULL,
	`storage_key` text NOT NULL,
	`uploaded_by` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`task_id`) REFERENCES `tasks`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`uploaded_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `attachments_project_id_created_at` ON `attachments` (`project_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `attachments_task_id_created_at` ON `attachments` (`task_id`,`created_at`,`id`);--> statement-breakpoint
CREATE INDEX `attachments_uploaded_by` ON `attachments` (`uploaded_by`);--> statement-breakpoint
CREATE UNIQUE INDEX `attachments_storage_key` ON `attachments` (`storage_key`);--> statement-breakpoint
CREATE TABLE `project_members` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`user_id` text NOT NULL,
	`role` text NOT NULL,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `project_members_project_id_user_id` ON `project_members` (`project_id`,`user_id`);--> statement-breakpoint
CREATE INDEX `project_members_user_id_project_id` ON `project_members` (`user_id`,`project_id`,`role`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`created_by` text,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `projects_created_by` ON `projects` (`created_by`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`project_id` text NOT NULL,
	`title` text NOT NULL,
	`body` text DEFAULT '' NOT NULL,
	`state` text DEFAULT 'todo' NOT NULL,
	`rank` integer DEFAULT 0 NOT NULL,
	`assignee_id` text,
	`due_at` integer,
	`created_by` text,
	`removed_at` integer,
	`version` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`assignee_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`created_by`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `tasks_project_id_rank` ON `tasks` (`project_id`,`rank`,`id`) WHERE "tasks"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `tasks_project_id_state_rank` ON `tasks` (`project_id`,`state`,`rank`,`id`) WHERE "tasks"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `tasks_project_id_created_at` ON `tasks` (`project_id`,`created_at`,`id`) WHERE "tasks"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `tasks_project_id_title` ON `tasks` (`project_id`,`title`,`id`) WHERE "tasks"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `tasks_project_id_due_at` ON `tasks` (`project_id`,(due_at is null),`due_at`,`id`) WHERE "tasks"."removed_at" is null;--> statement-breakpoint
CREATE INDEX `tasks_project_id_removed_at` ON `tasks` (`project_id`,`removed_at`);--> statement-breakpoint
CREATE INDEX `tasks_assignee_id` ON `tasks` (`assignee_id`,`project_id`);--> statement-breakpoint
CREATE INDEX `tasks_created_by` ON `tasks` (`created_by`);