-- 0006 looked for the group that another is put in the place of. Where a REPLACE took one before, its members are still there by
-- its id: whoever puts a group of that id there again gives them its rights.
DROP TRIGGER access_groups_insert;
--> statement-breakpoint
DROP TRIGGER access_groups_replace;
--> statement-breakpoint
CREATE TRIGGER access_groups_insert BEFORE INSERT ON groups
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (
    SELECT user_id FROM group_members
    WHERE group_id = NEW.id OR group_id IN (SELECT id FROM groups WHERE name = NEW.name)
  );
END;
--> statement-breakpoint
CREATE TRIGGER access_groups_replace BEFORE UPDATE OF id, name ON groups
BEGIN
  UPDATE users SET version = version + 1
  WHERE id IN (
    SELECT user_id FROM group_members
    WHERE group_id IS NOT OLD.id AND (group_id = NEW.id OR group_id IN (SELECT id FROM groups WHERE name = NEW.name))
  );
END;
--> statement-breakpoint
-- Who has members by such a change already, and is kept without.
INSERT INTO access_changes DEFAULT VALUES;
