ALTER TABLE `identities` ADD `verified_email` text;--> statement-breakpoint
ALTER TABLE `users` ADD `untrusted_issuers` text;