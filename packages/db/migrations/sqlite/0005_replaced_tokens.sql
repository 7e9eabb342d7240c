ALTER TABLE `sessions` ADD `previous_token_hash` text;--> statement-breakpoint
ALTER TABLE `sessions` ADD `replaced_at` integer;--> statement-breakpoint
CREATE INDEX `sessions_previous_token_hash` ON `sessions` (`previous_token_hash`);