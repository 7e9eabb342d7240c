/**
 * Who may call a procedure, as data: all parts must hold. Readable as `procedure._def.meta.rule`, so that the rules of
 * a router can be listed, reviewed and checked.
 */
export interface Rule {
  /** `public`: anyone. `user`: a signed-in, active user; implied by every other part. */
  readonly access: "public" | "user";
  /** All of these permissions. */
  readonly permissions?: readonly string[];
  /** A member of all of these groups. */
  readonly groups?: readonly string[];
  readonly staff?: true;
  readonly superuser?: true;
  /** Authenticated at most this many seconds ago (`default`: the setting SESSION_FRESH_SECONDS); otherwise `REAUTH`. */
  readonly freshWithinSeconds?: number | "default";
  /** The session is read from the database for each call, also with SESSION_CHECK=cached. */
  readonly strict?: true;
  /**
   * `http`: sets a cookie, so it cannot be called over the socket. `file`: takes a file or answers with one, so it is called
   * under `filesPath`. Any when absent.
   */
  readonly transport?: "http" | "file";
}

/** A rule in words, as the rule list prints it: `user · notes.change · fresh 600`. */
export function describeRule(rule: Rule): string {
  const parts: string[] = [rule.access];
  if (rule.superuser) parts.push("superuser");
  if (rule.staff) parts.push("staff");
  if (rule.permissions) parts.push(...rule.permissions);
  if (rule.groups) parts.push(...rule.groups.map((group) => `group ${group}`));
  if (rule.freshWithinSeconds !== undefined) parts.push(`fresh ${rule.freshWithinSeconds}`);
  if (rule.strict) parts.push("strict");
  if (rule.transport) parts.push(rule.transport);
  return parts.join(" · ");
}
