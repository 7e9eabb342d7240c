import { can, inGroup, type Principal } from "@countersign/auth";
import type { Rule } from "@countersign/contract";

import { CallError, forbidden, unauthorized } from "./call-error.ts";

/**
 * Does the rule let this principal pass? Returns the refusal, or null. All parts of the rule must hold; whatever asks
 * for more than the public asks for a user.
 */
export function checkRule(
  rule: Rule,
  principal: Principal | null,
  now: number,
  defaultFreshSeconds: number,
): CallError | null {
  if (principal === null) return rule.access === "public" && !asksForMore(rule) ? null : unauthorized();

  const { user, session } = principal;
  if (rule.superuser && !user.isSuperuser) return forbidden();
  if (rule.staff && !user.isStaff && !user.isSuperuser) return forbidden();
  if (rule.permissions && !rule.permissions.every((permission) => can(principal, permission))) return forbidden();
  if (rule.groups && !rule.groups.every((group) => inGroup(principal, group))) return forbidden();

  if (rule.freshWithinSeconds === undefined) return null;
  const within = rule.freshWithinSeconds === "default" ? defaultFreshSeconds : rule.freshWithinSeconds;
  return now - session.authenticatedAt.getTime() <= within * 1000 ? null : reauthenticate();
}

/** Only presence counts: an empty list of permissions would otherwise let everyone pass. */
function asksForMore(rule: Rule): boolean {
  return (
    rule.superuser !== undefined ||
    rule.staff !== undefined ||
    rule.permissions !== undefined ||
    rule.groups !== undefined ||
    rule.freshWithinSeconds !== undefined
  );
}

function reauthenticate(): CallError {
  return new CallError("FORBIDDEN", "Confirm that it is you to continue.", { reason: "REAUTH" });
}
