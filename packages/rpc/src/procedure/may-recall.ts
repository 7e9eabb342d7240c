import { libraryPermissions, type Rule } from "@countersign/contract";

import type { Caller } from "./call-context.ts";

const adminPermissions: ReadonlySet<string> = new Set(libraryPermissions);

/**
 * May this call stand on a recent reading of its session, where SESSION_CHECK says so? Only what shows something, to somebody
 * signed in, over the socket, whose end is told to the replica that holds it. What changes anything, what sets cookies or
 * moves files, what administrators do, and what asks how long ago somebody signed in, reads the database itself; so does a
 * rule that says `strict`, and every pushed frame.
 */
export function mayRecall(rule: Rule, type: "query" | "mutation" | "subscription", { connection }: Caller): boolean {
  if (type !== "query" || connection === null) return false;
  if (rule.strict || rule.staff || rule.superuser || rule.transport || rule.freshWithinSeconds !== undefined)
    return false;
  return !rule.permissions?.some((permission) => adminPermissions.has(permission));
}
