CREATE TABLE `identities` (
	`id` text PRIMARY KEY NOT NULL,
	`user_id` text NOT NULL,
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`provider` text NOT NULL,
	`email` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `identities_issuer_subject` ON `identities` (`issuer`,`subject`);--> statement-breakpoint
CREATE INDEX `identities_user_id` ON `identities` (`user_id`);--> statement-breakpoint
CREATE TABLE `identity_groups` (
	`identity_id` text NOT NULL,
	`group_id` text NOT NULL,
	PRIMARY KEY(`identity_id`, `group_id`),
	FOREIGN KEY (`identity_id`) REFERENCES `identities`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`group_id`) REFERENCES `groups`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `identity_groups_group_id` ON `identity_groups` (`group_id`);--> statement-breakpoint
CREATE TABLE `oidc_transactions` (
	`id` text PRIMARY KEY NOT NULL,
	`state_hash` text NOT NULL,
	`binding_hash` text NOT NULL,
	`provider` text NOT NULL,
	`issuer` text NOT NULL,
	`purpose` text NOT NULL,
	`secrets` text,
	`return_to` text NOT NULL,
	`remember` integer DEFAULT false NOT NULL,
	`user_id` text,
	`session_id` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`step` text NOT NULL,
	`pending` text,
	FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `oidc_transactions_state_hash_unique` ON `oidc_transactions` (`state_hash`);--> statement-breakpoint
CREATE INDEX `oidc_transactions_binding_hash` ON `oidc_transactions` (`binding_hash`);--> statement-breakpoint
CREATE INDEX `oidc_transactions_expires_at` ON `oidc_transactions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `provider_logouts` (
	`issuer` text NOT NULL,
	`jti_hash` text NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`issuer`, `jti_hash`)
);
--> statement-breakpoint
CREATE INDEX `provider_logouts_expires_at` ON `provider_logouts` (`expires_at`);--> statement-breakpoint
CREATE TABLE `provider_sessions` (
	`session_id` text PRIMARY KEY NOT NULL,
	`identity_id` text NOT NULL,
	`provider` text NOT NULL,
	`sid` text,
	`id_token` text,
	`access_token` text,
	`refresh_token` text,
	`access_expires_at` integer,
	`scope` text,
	`refreshing_until` integer,
	`version` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`identity_id`) REFERENCES `identities`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `provider_sessions_identity_id` ON `provider_sessions` (`identity_id`);--> statement-breakpoint
CREATE INDEX `provider_sessions_provider_sid` ON `provider_sessions` (`provider`,`sid`);