-- The sqlite3 shell leaves foreign keys unenforced, as 0001 says. Without these, somebody who is deleted by hand could not come
-- in by a provider again: who they are would still be taken, by nobody.
CREATE TRIGGER identities_of_deleted_user AFTER DELETE ON users
BEGIN
  DELETE FROM identities WHERE user_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER identities_delete AFTER DELETE ON identities
BEGIN
  DELETE FROM identity_groups WHERE identity_id = OLD.id;
  DELETE FROM provider_sessions WHERE identity_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER identity_groups_of_deleted_group AFTER DELETE ON groups
BEGIN
  DELETE FROM identity_groups WHERE group_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER provider_sessions_of_deleted_session AFTER DELETE ON sessions
BEGIN
  DELETE FROM provider_sessions WHERE session_id = OLD.id;
END;
--> statement-breakpoint
DELETE FROM identities WHERE user_id NOT IN (SELECT id FROM users);
