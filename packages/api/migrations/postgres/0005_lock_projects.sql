-- Projects are locked before memberships, everywhere. A deleted user's memberships go by cascade, so their projects are locked
-- before: in the order of their ids, so that two who are deleted at once do not wait for each other.
CREATE FUNCTION app_lock_projects() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM FROM projects WHERE id IN (SELECT project_id FROM project_members WHERE user_id = OLD.id)
    ORDER BY id FOR NO KEY UPDATE;
  RETURN OLD;
END $$;
--> statement-breakpoint
CREATE TRIGGER app_lock_projects BEFORE DELETE ON users FOR EACH ROW EXECUTE FUNCTION app_lock_projects();
