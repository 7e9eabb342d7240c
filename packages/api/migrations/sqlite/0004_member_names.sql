-- Members are shown by name, so a change of it is one of every membership: open lists get the row again.
CREATE TRIGGER project_members_names AFTER UPDATE OF username, first_name, last_name ON users
WHEN NEW.username IS NOT OLD.username OR NEW.first_name IS NOT OLD.first_name OR NEW.last_name IS NOT OLD.last_name
BEGIN
  UPDATE project_members SET version = version + 1 WHERE user_id = NEW.id;
END;
