import type { LibraryPermission, SignedInSnapshot } from "@countersign/contract";
import { useUser } from "@countersign/react";

/**
 * What the signed-in user may do in the admin's pages: the permission counts for staff only, and superusers may do all.
 * For showing only: the server asks again on every call.
 */
export function useMay(): (permission: LibraryPermission) => boolean {
  const user = useUser();
  return (permission) => user !== null && mayAdminister(user, permission);
}

export function mayAdminister(user: SignedInSnapshot, permission: LibraryPermission): boolean {
  return user.isSuperuser || (user.isStaff && user.permissions.includes(permission));
}
