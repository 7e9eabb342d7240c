ALTER TABLE "identities" ADD COLUMN "verified_email" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "untrusted_issuers" jsonb;