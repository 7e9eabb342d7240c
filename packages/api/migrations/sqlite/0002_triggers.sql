-- A row's version rises with every change of it, whoever makes it: open lists tell rows apart by it. The writer's own rise is
-- kept. A table that is rebuilt loses its triggers, so they are made again in that migration.
CREATE TRIGGER notes_version AFTER UPDATE ON notes WHEN NEW.version = OLD.version
BEGIN
  UPDATE notes SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER projects_version AFTER UPDATE ON projects WHEN NEW.version = OLD.version
BEGIN
  UPDATE projects SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER project_members_version AFTER UPDATE ON project_members WHEN NEW.version = OLD.version
BEGIN
  UPDATE project_members SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER tasks_version AFTER UPDATE ON tasks WHEN NEW.version = OLD.version
BEGIN
  UPDATE tasks SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
CREATE TRIGGER attachments_version AFTER UPDATE ON attachments WHEN NEW.version = OLD.version
BEGIN
  UPDATE attachments SET version = version + 1 WHERE id = NEW.id;
END;
--> statement-breakpoint
-- Whoever is no member any more, be it that their account is deleted, has no tasks there. A project whose last manager is gone
-- gets another: an editor before a viewer, and who came first. One that nobody is left in goes.
CREATE TRIGGER project_members_gone AFTER DELETE ON project_members
WHEN EXISTS (SELECT 1 FROM projects WHERE id = OLD.project_id)
BEGIN
  UPDATE tasks SET assignee_id = NULL, version = version + 1
    WHERE project_id = OLD.project_id AND assignee_id = OLD.user_id;
  UPDATE project_members SET role = 'manager', version = version + 1
    WHERE id = (
      SELECT id FROM project_members WHERE project_id = OLD.project_id
        ORDER BY CASE role WHEN 'editor' THEN 0 ELSE 1 END, created_at, id LIMIT 1
    )
    AND NOT EXISTS (SELECT 1 FROM project_members WHERE project_id = OLD.project_id AND role = 'manager');
  DELETE FROM projects
    WHERE id = OLD.project_id AND NOT EXISTS (SELECT 1 FROM project_members WHERE project_id = OLD.project_id);
END;
