-- users.version rises with every change of the user, of what the user may do and of the user's groups, whoever makes it.
-- Two rules hold for later migrations: a table that is rebuilt loses its triggers, so they are made again there; and a
-- column added to users is added to users_version.

-- The writer's own rise is kept; a version never falls. last_login_at alone is no change.
CREATE TRIGGER users_version AFTER UPDATE ON users
WHEN NEW.version < OLD.version OR (
  NEW.version = OLD.version AND (
    NEW.id IS NOT OLD.id
    OR NEW.username IS NOT OLD.username
    OR NEW.username_key IS NOT OLD.username_key
    OR NEW.email IS NOT OLD.email
    OR NEW.email_key IS NOT OLD.email_key
    OR NEW.email_verified_at IS NOT OLD.email_verified_at
    OR NEW.first_name IS NOT OLD.first_name
    OR NEW.last_name IS NOT OLD.last_name
    OR NEW.password_hash IS NOT OLD.password_hash
    OR NEW.is_active IS NOT OLD.is_active
    OR NEW.is_staff IS NOT OLD.is_staff
    OR NEW.is_superuser IS NOT OLD.is_superuser
    OR NEW.locale IS NOT OLD.locale
    OR NEW.created_at IS NOT OLD.created_at
  )
)
BEGIN
  UPDATE users SET version = OLD.version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER user_permissions_insert AFTER INSERT ON user_permissions
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER user_permissions_update AFTER UPDATE ON user_permissions
BEGIN
  UPDATE users SET version = version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
END;
--> statement-breakpoint
CREATE TRIGGER user_permissions_delete AFTER DELETE ON user_permissions
BEGIN
  UPDATE users SET version = version + 1 WHERE id = OLD.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER group_members_insert AFTER INSERT ON group_members
BEGIN
  UPDATE users SET version = version + 1 WHERE id = NEW.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER group_members_update AFTER UPDATE ON group_members
BEGIN
  UPDATE users SET version = version + 1 WHERE id IN (OLD.user_id, NEW.user_id);
END;
--> statement-breakpoint
CREATE TRIGGER group_members_delete AFTER DELETE ON group_members
BEGIN
  UPDATE users SET version = version + 1 WHERE id = OLD.user_id;
END;
--> statement-breakpoint
CREATE TRIGGER group_permissions_insert AFTER INSERT ON group_permissions
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (SELECT user_id FROM group_members WHERE group_id = NEW.group_id);
END;
--> statement-breakpoint
CREATE TRIGGER group_permissions_update AFTER UPDATE ON group_permissions
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (SELECT user_id FROM group_members WHERE group_id IN (OLD.group_id, NEW.group_id));
END;
--> statement-breakpoint
CREATE TRIGGER group_permissions_delete AFTER DELETE ON group_permissions
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (SELECT user_id FROM group_members WHERE group_id = OLD.group_id);
END;
--> statement-breakpoint
CREATE TRIGGER groups_update AFTER UPDATE ON groups
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (SELECT user_id FROM group_members WHERE group_id IN (OLD.id, NEW.id));
END;
--> statement-breakpoint
-- The sqlite3 shell leaves foreign keys unenforced. Without these three, a group deleted by hand would go on giving its
-- permissions, and a deleted user's sessions would stay. Removing the members raises their versions.
CREATE TRIGGER groups_delete AFTER DELETE ON groups
BEGIN
  DELETE FROM group_members WHERE group_id = OLD.id;
  DELETE FROM group_permissions WHERE group_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER users_delete AFTER DELETE ON users
BEGIN
  DELETE FROM sessions WHERE user_id = OLD.id;
  DELETE FROM user_permissions WHERE user_id = OLD.id;
  DELETE FROM group_members WHERE user_id = OLD.id;
  DELETE FROM idempotency_keys WHERE user_id = OLD.id;
END;
--> statement-breakpoint
CREATE TRIGGER sessions_delete AFTER DELETE ON sessions
BEGIN
  DELETE FROM session_data WHERE session_id = OLD.id;
END;
