/** What a member of a project may do, from the least to the most. */
export const roles = ["viewer", "editor", "manager"] as const;
export type Role = (typeof roles)[number];

/** This role and those that may do more. */
export function rolesFrom(least: Role): readonly Role[] {
  return roles.slice(roles.indexOf(least));
}
