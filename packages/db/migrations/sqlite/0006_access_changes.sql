-- What changes of users and sessions is written down here, so that whoever keeps what was read of them knows what to forget
-- (src/sqlite/access-log.ts). A row with neither is a change of everything. The newest are kept; a reader that finds its last
-- one gone forgets all. users.version rises with rights and groups (0001), so those changes are written down with it.
-- A table that is rebuilt loses its triggers: they are made again there, and as long as one is missing nothing is kept.
CREATE TABLE access_changes (
  seq integer PRIMARY KEY AUTOINCREMENT,
  user_id text,
  token_hash text
);
--> statement-breakpoint
CREATE TRIGGER access_changes_kept AFTER INSERT ON access_changes
BEGIN
  DELETE FROM access_changes WHERE seq <= NEW.seq - 1000;
END;
--> statement-breakpoint
-- last_login_at alone raises no version and is no change.
CREATE TRIGGER access_users_update AFTER UPDATE ON users
WHEN NEW.version IS NOT OLD.version OR NEW.id IS NOT OLD.id
BEGIN
  INSERT INTO access_changes (user_id) VALUES (OLD.id);
END;
--> statement-breakpoint
CREATE TRIGGER access_users_delete AFTER DELETE ON users
BEGIN
  INSERT INTO access_changes (user_id) VALUES (OLD.id);
END;
--> statement-breakpoint
-- What a REPLACE puts another row in the place of fires no DELETE trigger.
CREATE TRIGGER access_users_insert BEFORE INSERT ON users
BEGIN
  INSERT INTO access_changes (user_id)
  SELECT id FROM users WHERE id = NEW.id OR username_key = NEW.username_key OR email_key = NEW.email_key;
END;
--> statement-breakpoint
CREATE TRIGGER access_users_replace BEFORE UPDATE OF id, username_key, email_key ON users
BEGIN
  INSERT INTO access_changes (user_id)
  SELECT id FROM users
  WHERE id IS NOT OLD.id AND (id = NEW.id OR username_key = NEW.username_key OR email_key = NEW.email_key);
END;
--> statement-breakpoint
CREATE TRIGGER access_sessions_update AFTER UPDATE ON sessions
BEGIN
  INSERT INTO access_changes (token_hash) VALUES (OLD.token_hash);
END;
--> statement-breakpoint
CREATE TRIGGER access_sessions_delete AFTER DELETE ON sessions
BEGIN
  INSERT INTO access_changes (token_hash) VALUES (OLD.token_hash);
END;
--> statement-breakpoint
CREATE TRIGGER access_sessions_insert BEFORE INSERT ON sessions
BEGIN
  INSERT INTO access_changes (token_hash)
  SELECT token_hash FROM sessions WHERE id = NEW.id OR token_hash = NEW.token_hash;
END;
--> statement-breakpoint
CREATE TRIGGER access_sessions_replace BEFORE UPDATE OF id, token_hash ON sessions
BEGIN
  INSERT INTO access_changes (token_hash)
  SELECT token_hash FROM sessions WHERE id IS NOT OLD.id AND (id = NEW.id OR token_hash = NEW.token_hash);
END;
--> statement-breakpoint
-- A group in whose place another is put: its members have other groups from then on, which 0001 does not see.
CREATE TRIGGER access_groups_insert BEFORE INSERT ON groups
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (
    SELECT user_id FROM group_members JOIN groups ON groups.id = group_members.group_id
    WHERE groups.id = NEW.id OR groups.name = NEW.name
  );
END;
--> statement-breakpoint
CREATE TRIGGER access_groups_replace BEFORE UPDATE OF id, name ON groups
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (
    SELECT user_id FROM group_members JOIN groups ON groups.id = group_members.group_id
    WHERE groups.id IS NOT OLD.id AND (groups.id = NEW.id OR groups.name = NEW.name)
  );
END;
--> statement-breakpoint
INSERT INTO access_changes DEFAULT VALUES;
