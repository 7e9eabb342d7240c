import { can, inGroup, type Principal } from "@countersign/auth";
import type { Rule } from "@countersign/contract";

import { type CallError, forbidden, reauthenticate, unauthorized } from "./call-error.ts";

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

  return isFreshEnough(rule, session.authenticatedAt, now, defaultFreshSeconds) ? null : reauthenticate();
}

/** So far ahead another server's clock may be. What lies further ahead was set by hand, and says nothing. */
const mostAheadMs = 60_000;

/** Has the user signed in as lately as the rule asks for? */
export function isFreshEnough(
  { freshWithinSeconds }: Rule,
  authenticatedAt: Date,
  now: number,
  defaultFreshSeconds: number,
): boolean {
  if (freshWithinSeconds === undefined) return true;
  const within = freshWithinSeconds === "default" ? defaultFreshSeconds : freshWithinSeconds;
  const agoMs = now - authenticatedAt.getTime();
  return agoMs >= -mostAheadMs && agoMs <= within * 1000;
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
