CREATE TABLE `stored_files` (
	`key` text PRIMARY KEY NOT NULL,
	`created_at` integer NOT NULL,
	`kept_at` integer
);
