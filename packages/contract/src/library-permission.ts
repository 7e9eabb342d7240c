import { definePermissions, type PermissionName } from "./permission.ts";

/**
 * What the library's own admin procedures ask for, beside the staff flag. They are declared for every app; an app grants
 * them like its own, and may guard its own procedures with them.
 */
export const libraryPermissions = definePermissions([
  /** See accounts. */
  "users.view",
  /** Change names, email and language; switch accounts off and on. */
  "users.change",
  "users.create",
  "users.delete",
  /** Sign people out. */
  "users.end_sessions",
  /** Send the link to a new password. */
  "users.send_reset",
  /** Give and take permissions, groups and the staff flag: at most what one holds oneself. */
  "users.grant",
  "groups.view",
  "groups.change",
  "sessions.view",
  "audit.view",
  "connections.view",
]);
export type LibraryPermission = (typeof libraryPermissions)[number];

/**
 * All permissions of an app: the library's and its own.
 *
 * @throws if the app declares one of the library's: it would mean two things.
 */
export function withLibraryPermissions<Name extends PermissionName>(
  own: readonly Name[],
): readonly (Name | LibraryPermission)[] {
  const names = new Set<string>(libraryPermissions);
  const taken = own.find((name) => names.has(name));
  if (taken !== undefined) {
    throw new Error(
      `Permission "${taken}" is the library's own. Leave it out of definePermissions, or name yours anew.`,
    );
  }
  return definePermissions<Name | LibraryPermission>([...libraryPermissions, ...own]);
}
