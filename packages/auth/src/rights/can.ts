import type { Principal } from "../session/principal.ts";

/** May the principal do what needs this permission? Staff alone grants nothing; a superuser may everything. */
export function can(principal: Principal | null, permission: string): boolean {
  if (principal === null || typeof permission !== "string") return false;
  return principal.user.isSuperuser || principal.permissions.has(permission);
}

/** @throws on an empty list: "any of nothing" is a caller's mistake. */
export function canAny(principal: Principal | null, permissions: readonly string[]): boolean {
  requireSome(permissions);
  return permissions.some((permission) => can(principal, permission));
}

/** @throws on an empty list: "all of nothing" would let everyone pass. */
export function canAll(principal: Principal | null, permissions: readonly string[]): boolean {
  requireSome(permissions);
  return permissions.every((permission) => can(principal, permission));
}

/** Is the principal a member of the group with this name? Being a superuser makes nobody a member. */
export function inGroup(principal: Principal | null, group: string): boolean {
  return principal?.groups.has(group) ?? false;
}

function requireSome(permissions: readonly string[]): void {
  if (permissions.length === 0) throw new Error("The list of permissions is empty. Name at least one.");
}
