CREATE TABLE "identities" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"provider" text NOT NULL,
	"email" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"last_used_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "identity_groups" (
	"identity_id" text NOT NULL,
	"group_id" text NOT NULL,
	CONSTRAINT "identity_groups_identity_id_group_id_pk" PRIMARY KEY("identity_id","group_id")
);
--> statement-breakpoint
CREATE TABLE "oidc_transactions" (
	"id" text PRIMARY KEY NOT NULL,
	"state_hash" text NOT NULL,
	"binding_hash" text NOT NULL,
	"provider" text NOT NULL,
	"issuer" text NOT NULL,
	"purpose" text NOT NULL,
	"secrets" text,
	"return_to" text NOT NULL,
	"remember" boolean DEFAULT false NOT NULL,
	"user_id" text,
	"session_id" text,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	"step" text NOT NULL,
	"pending" text,
	CONSTRAINT "oidc_transactions_state_hash_unique" UNIQUE("state_hash")
);
--> statement-breakpoint
CREATE TABLE "provider_logouts" (
	"issuer" text NOT NULL,
	"jti_hash" text NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "provider_logouts_issuer_jti_hash_pk" PRIMARY KEY("issuer","jti_hash")
);
--> statement-breakpoint
CREATE TABLE "provider_sessions" (
	"session_id" text PRIMARY KEY NOT NULL,
	"identity_id" text NOT NULL,
	"provider" text NOT NULL,
	"sid" text,
	"id_token" text,
	"access_token" text,
	"refresh_token" text,
	"access_expires_at" timestamp (3) with time zone,
	"scope" text,
	"refreshing_until" timestamp (3) with time zone,
	"version" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
ALTER TABLE "identities" ADD CONSTRAINT "identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_groups" ADD CONSTRAINT "identity_groups_identity_id_identities_id_fk" FOREIGN KEY ("identity_id") REFERENCES "public"."identities"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity_groups" ADD CONSTRAINT "identity_groups_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "oidc_transactions" ADD CONSTRAINT "oidc_transactions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_sessions" ADD CONSTRAINT "provider_sessions_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "public"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "provider_sessions" ADD CONSTRAINT "provider_sessions_identity_id_identities_id_fk" FOREIGN KEY ("identity_id") REFERENCES "public"."identities"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "identities_issuer_subject" ON "identities" USING btree ("issuer","subject");--> statement-breakpoint
CREATE INDEX "identities_user_id" ON "identities" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "identity_groups_group_id" ON "identity_groups" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "oidc_transactions_binding_hash" ON "oidc_transactions" USING btree ("binding_hash");--> statement-breakpoint
CREATE INDEX "oidc_transactions_expires_at" ON "oidc_transactions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "provider_logouts_expires_at" ON "provider_logouts" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "provider_sessions_identity_id" ON "provider_sessions" USING btree ("identity_id");--> statement-breakpoint
CREATE INDEX "provider_sessions_provider_sid" ON "provider_sessions" USING btree ("provider","sid");