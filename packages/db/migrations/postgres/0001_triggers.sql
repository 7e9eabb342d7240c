-- users.version rises with every change of the user, of what the user may do and of the user's groups, whoever makes it;
-- and what sessions stand on is told on the channel countersign_changes: user:<id>, session:<id>, all.
-- Functions keep the search_path of this migration, so that they mean these tables whoever fires them.

-- The writer's own rise is kept; a version never falls. last_login_at alone is no change.
CREATE FUNCTION countersign_users_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
  compared users%ROWTYPE := NEW;
BEGIN
  compared.version := OLD.version;
  compared.last_login_at := OLD.last_login_at;
  IF NEW.version < OLD.version OR (NEW.version = OLD.version AND compared IS DISTINCT FROM OLD) THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER countersign_version BEFORE UPDATE ON users
  FOR EACH ROW EXECUTE FUNCTION countersign_users_version();
--> statement-breakpoint
-- Rows are locked in the order of their ids, so that two who raise the same users do not wait for each other for ever.
CREATE FUNCTION countersign_raise_versions(user_ids text[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM FROM users WHERE id = ANY (user_ids) ORDER BY id FOR NO KEY UPDATE;
  UPDATE users SET version = version + 1 WHERE id = ANY (user_ids);
END $$;
--> statement-breakpoint
-- user_permissions and group_members: the rows name the user. `changed` holds the old or the new rows of the statement.
CREATE FUNCTION countersign_rights_of_users() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_raise_versions(ARRAY(SELECT DISTINCT user_id FROM changed));
  RETURN NULL;
END $$;
--> statement-breakpoint
-- group_permissions: the rows name the group.
CREATE FUNCTION countersign_rights_of_groups() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_raise_versions(ARRAY(
    SELECT DISTINCT member.user_id FROM group_members AS member JOIN changed USING (group_id)
  ));
  RETURN NULL;
END $$;
--> statement-breakpoint
-- groups: a new name. A deleted group's members are raised by the cascade to group_members.
CREATE FUNCTION countersign_groups_changed() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_raise_versions(ARRAY(
    SELECT DISTINCT member.user_id FROM group_members AS member JOIN changed ON changed.id = member.group_id
  ));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER countersign_insert AFTER INSERT ON user_permissions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_update_old AFTER UPDATE ON user_permissions REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_update_new AFTER UPDATE ON user_permissions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_delete AFTER DELETE ON user_permissions REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_insert AFTER INSERT ON group_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_update_old AFTER UPDATE ON group_members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_update_new AFTER UPDATE ON group_members REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_delete AFTER DELETE ON group_members REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_users();
--> statement-breakpoint
CREATE TRIGGER countersign_insert AFTER INSERT ON group_permissions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_groups();
--> statement-breakpoint
CREATE TRIGGER countersign_update_old AFTER UPDATE ON group_permissions REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_groups();
--> statement-breakpoint
CREATE TRIGGER countersign_update_new AFTER UPDATE ON group_permissions REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_groups();
--> statement-breakpoint
CREATE TRIGGER countersign_delete AFTER DELETE ON group_permissions REFERENCING OLD TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_rights_of_groups();
--> statement-breakpoint
CREATE TRIGGER countersign_update AFTER UPDATE ON groups REFERENCING NEW TABLE AS changed
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_groups_changed();
--> statement-breakpoint
-- Past this many a statement is told as one "all": every listener reads everything again in one query anyway.
CREATE FUNCTION countersign_notify(kind text, ids text[]) RETURNS void LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF cardinality(ids) > 200 THEN
    PERFORM pg_notify('countersign_changes', 'all');
  ELSE
    PERFORM pg_notify('countersign_changes', kind || ':' || id) FROM unnest(ids) AS id;
  END IF;
END $$;
--> statement-breakpoint
-- The version rises with every change that matters, so it is what is compared. A new id leaves the old one without a row.
CREATE FUNCTION countersign_users_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_notify('user', ARRAY(
    SELECT old_rows.id FROM old_rows LEFT JOIN new_rows USING (id)
    WHERE new_rows.version IS DISTINCT FROM old_rows.version
  ));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION countersign_users_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_notify('user', ARRAY(SELECT id FROM old_rows));
  RETURN NULL;
END $$;
--> statement-breakpoint
-- Ordinary touches move expires_at forward and are not told.
CREATE FUNCTION countersign_sessions_updated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_notify('session', ARRAY(
    SELECT old_rows.id FROM old_rows LEFT JOIN new_rows USING (id)
    WHERE new_rows.id IS NULL
      OR new_rows.token_hash <> old_rows.token_hash
      OR new_rows.user_id <> old_rows.user_id
      OR new_rows.expires_at < old_rows.expires_at
      OR new_rows.absolute_expires_at < old_rows.absolute_expires_at
  ));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION countersign_sessions_deleted() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM countersign_notify('session', ARRAY(SELECT id FROM old_rows));
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER countersign_notify_update AFTER UPDATE ON users REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_users_updated();
--> statement-breakpoint
CREATE TRIGGER countersign_notify_delete AFTER DELETE ON users REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_users_deleted();
--> statement-breakpoint
CREATE TRIGGER countersign_notify_update AFTER UPDATE ON sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_sessions_updated();
--> statement-breakpoint
CREATE TRIGGER countersign_notify_delete AFTER DELETE ON sessions REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_sessions_deleted();
--> statement-breakpoint
-- TRUNCATE fires no DELETE triggers.
CREATE FUNCTION countersign_truncated() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE users SET version = version + 1;
  PERFORM pg_notify('countersign_changes', 'all');
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON users
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON sessions
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON groups
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON group_members
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON user_permissions
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
--> statement-breakpoint
CREATE TRIGGER countersign_truncate AFTER TRUNCATE ON group_permissions
  FOR EACH STATEMENT EXECUTE FUNCTION countersign_truncated();
