import type { Member } from "../api.ts";

/** What a member of a project may do, from the least to the most. */
export const roles = ["viewer", "editor", "manager"] as const;

export type Role = Member["role"];

/** The server's limits, in characters. */
export const projectLimits = { name: 100, description: 2000 } as const;

/** What a member is called. */
export function nameOf({ name, username }: Pick<Member, "name" | "username">): string {
  return name || username;
}
