import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { NewSession } from "../session/session-engine.ts";
import { voidLinks } from "../token/link.ts";

import type { AccountContext, SignedInOrigin } from "./account-context.ts";
import { SessionEnded } from "./session-ended.ts";

/**
 * What follows a password that its owner has just set, in the same transaction: every other session ends, this one gets a new
 * token, links mailed before open nothing any more, others are told, and the audit log says so.
 *
 * @throws SessionEnded when this session has ended meanwhile
 */
export async function keepOnlyThisSession(
  { audit, bus, sessions }: Pick<AccountContext, "audit" | "bus" | "sessions">,
  tx: Transaction,
  from: SignedInOrigin,
  {
    reauthenticated,
    reason,
  }: {
    /** Was the present password given? Else the session is as fresh as it was. */
    readonly reauthenticated: boolean;
    /** For the audit log. */
    readonly reason?: string;
  },
): Promise<NewSession> {
  const { user, session } = from.principal;
  await sessions.end(tx, { userId: user.id, exceptSessionId: session.id }, "password_changed");
  const rotated = await sessions.rotate(tx, session.id, { reauthenticated, ifTokenHash: from.tokenHash });
  if (rotated === null) throw new SessionEnded();
  await voidLinks(tx, user.id);
  tx.afterCommit(() => bus.publish({ kind: "user", userId: user.id }));
  await audit.recordIn(tx, {
    action: "account.change_password",
    outcome: "ok",
    ...(reason === undefined ? {} : { reason }),
    actor: actorOf(from.principal, from),
  });
  return rotated;
}
