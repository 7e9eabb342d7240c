import type { Principal } from "@countersign/auth";
import type { Rule } from "@countersign/contract";
import { checkRule } from "@countersign/rpc";

/** Does the rule let this user pass, apart from how fresh the sign-in is? What asks for that asks the person. */
export function permits(rule: Rule, who: Principal): boolean {
  const { freshWithinSeconds: _, ...rest } = rule;
  return checkRule(rest, who, 0, 0) === null;
}
