-- Members are shown by name, so a change of it is one of every membership: open lists get the row again.
CREATE FUNCTION app_member_names() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
  UPDATE project_members SET version = version + 1 WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER app_member_names AFTER UPDATE ON users FOR EACH ROW
  WHEN (
    (NEW.username, NEW.first_name, NEW.last_name) IS DISTINCT FROM (OLD.username, OLD.first_name, OLD.last_name)
  )
  EXECUTE FUNCTION app_member_names();
