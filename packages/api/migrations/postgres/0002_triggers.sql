-- A row's version rises with every change of it, whoever makes it: open lists tell rows apart by it. The writer's own rise is
-- kept. Functions keep the search_path of this migration, so that they mean these tables whoever fires them.
CREATE FUNCTION app_version() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  IF NEW.version = OLD.version THEN
    NEW.version := OLD.version + 1;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER app_version BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION app_version();
--> statement-breakpoint
CREATE TRIGGER app_version BEFORE UPDATE ON projects FOR EACH ROW EXECUTE FUNCTION app_version();
--> statement-breakpoint
CREATE TRIGGER app_version BEFORE UPDATE ON project_members FOR EACH ROW EXECUTE FUNCTION app_version();
--> statement-breakpoint
CREATE TRIGGER app_version BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION app_version();
--> statement-breakpoint
CREATE TRIGGER app_version BEFORE UPDATE ON attachments FOR EACH ROW EXECUTE FUNCTION app_version();
--> statement-breakpoint
-- Whoever is no member any more, be it that their account is deleted, has no tasks there. A project whose last manager is gone
-- gets another: an editor before a viewer, and who came first. One that nobody is left in goes.
-- The project is locked, so that of two managers who go at once the second is counted after the first.
CREATE FUNCTION app_member_gone() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  PERFORM FROM projects WHERE id = OLD.project_id FOR NO KEY UPDATE;
  -- It is the project that goes, and takes its members along.
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;

  UPDATE tasks SET assignee_id = NULL, version = version + 1
    WHERE project_id = OLD.project_id AND assignee_id = OLD.user_id;
  IF EXISTS (SELECT FROM project_members WHERE project_id = OLD.project_id AND role = 'manager') THEN
    RETURN NULL;
  END IF;

  UPDATE project_members SET role = 'manager', version = version + 1
    WHERE id = (
      SELECT id FROM project_members WHERE project_id = OLD.project_id
        ORDER BY CASE role WHEN 'editor' THEN 0 ELSE 1 END, created_at, id LIMIT 1
    );
  IF NOT FOUND THEN
    DELETE FROM projects WHERE id = OLD.project_id;
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER app_member_gone AFTER DELETE ON project_members FOR EACH ROW EXECUTE FUNCTION app_member_gone();
