import type { AuditAction } from "@countersign/contract";

import type { AccountContext, SignInOrigin } from "../account/account-context.ts";
import { actorOf } from "../audit/audit-actor.ts";
import type { AuditActor } from "../audit/audit-event.ts";

/** A user who acts by a link: no session, but the mailbox. */
export function actorByLink(user: { readonly id: string; readonly username: string }, from: SignInOrigin): AuditActor {
  return { id: user.id, name: user.username, ip: from.ip, userAgent: from.userAgent };
}

/** Writes a refusal into the audit log, under whoever the browser is signed in as. */
export function recordRefusal(
  { audit }: Pick<AccountContext, "audit">,
  event: { readonly action: AuditAction; readonly reason: string },
  from: SignInOrigin,
): void {
  audit.record({ ...event, outcome: "refused", actor: actorOf(from.presented, from) });
}
