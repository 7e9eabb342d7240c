import { rolesFrom } from "./role.ts";

/** Who is a member of what, for the scopes of a project and of what belongs to it. */
export const members = { members: "projectMembers", key: "projectId", user: "userId", role: "role" } as const;

/** Read by all members, written by editors and managers. */
export const rolesInProject = {
  read: rolesFrom("viewer"),
  create: rolesFrom("editor"),
  update: rolesFrom("editor"),
  remove: rolesFrom("editor"),
};

/** Read by all members, written by managers. */
export const rolesOfManagers = {
  read: rolesFrom("viewer"),
  create: rolesFrom("manager"),
  update: rolesFrom("manager"),
  remove: rolesFrom("manager"),
};
