import { eq } from "drizzle-orm";

import type { AuditAction } from "@countersign/contract";
import type { Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { AuditDetails } from "../audit/audit-event.ts";

import { type ActingAdmin, readActingAdmin } from "./acting-admin.ts";
import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome, AdminRefusal } from "./admin.ts";
import { lockRows, type RowsToLock } from "./lock-rows.ts";
import { refuseTouch } from "./user-rules.ts";

export type UserRow = Transaction["tables"]["users"]["$inferSelect"];

/** What a change came to, and what the audit log is to say of it. */
export interface Change<Done extends object = object> {
  readonly outcome: AdminOutcome<Done>;
  readonly subject?: { readonly id: string; readonly name: string };
  readonly details?: AuditDetails;
  /** It was like that already: there is nothing to tell of. */
  readonly isUnchanged?: true;
}

/**
 * Makes a change in one transaction: everything it depends on is locked, then the caller's rights are read, then `apply`
 * decides. What is done is audited in the same transaction; what is refused, after it.
 */
export async function makeChange<Done extends object = object>(
  context: AdminContext,
  call: AdminCall,
  options: { readonly action: AuditAction; readonly lock: RowsToLock },
  apply: (tx: Transaction, actor: ActingAdmin) => Promise<Change<NoInfer<Done>>>,
): Promise<AdminOutcome<Done>> {
  const { action, lock } = options;
  const actorId = call.principal.user.id;
  const actor = actorOf(call.principal, call.from);
  const change = await call.transaction(
    async (tx) => {
      const made = await apply(tx, await readActingAdmin(tx, actorId));
      if (made.outcome.status === "done" && !made.isUnchanged) {
        await context.audit.recordIn(tx, { action, outcome: "ok", actor, ...auditedParts(made) });
      }
      return made;
    },
    { lockFirst: (tx) => lockRows(tx, { ...lock, userIds: [actorId, ...lock.userIds] }) },
  );
  const reason = refusalOf(change.outcome);
  if (reason !== null) {
    context.audit.record({ action, outcome: "refused", reason, actor, ...auditedParts(change) });
  }
  return change.outcome;
}

function refusalOf(outcome: AdminOutcome): string | null {
  if (outcome.status === "refused") return outcome.reason;
  return outcome.status === "limited" ? "limited" : null;
}

/**
 * The same for a change of one user. Nobody but a superuser touches a superuser. After it, open screens of the user and
 * lists of users are told.
 */
export function changeUser<Done extends object = object>(
  context: AdminContext,
  call: AdminCall,
  options: {
    readonly action: AuditAction;
    readonly userId: string;
    /** The version of the user the change was made from, if that matters. */
    readonly version?: number | undefined;
    readonly lock?: Omit<RowsToLock, "userIds">;
    /** What is told of it even when it is refused before it is looked at. */
    readonly details?: AuditDetails | ((target: UserRow, tx: Transaction) => AuditDetails | Promise<AuditDetails>);
  },
  apply: (tx: Transaction, actor: ActingAdmin, target: UserRow) => Promise<Omit<Change<NoInfer<Done>>, "subject">>,
): Promise<AdminOutcome<Done>> {
  const { action, userId, version, details } = options;
  return makeChange(context, call, { action, lock: { ...options.lock, userIds: [userId] } }, async (tx, actor) => {
    const { users } = tx.tables;
    const [target] = await tx.select().from(users).where(eq(users.id, userId));
    if (!target) return { outcome: { status: "missing" } };

    const subject = { id: target.id, name: target.username };
    const told = typeof details === "function" ? await details(target, tx) : details;
    const about = { subject, ...(told ? { details: told } : {}) };
    const refusal = refuseTouch({ actor, target });
    if (refusal !== null) return { outcome: refused(refusal), ...about };
    if (version !== undefined && version !== target.version) return { outcome: { status: "stale" }, ...about };
    const change = await apply(tx, actor, target);
    if (change.outcome.status === "done" && !change.isUnchanged) {
      tx.afterCommit(() => context.bus.publish({ kind: "user", userId }));
    }
    return { ...about, ...change };
  });
}

export const beyondOwnRights = refused("beyond_own_rights");
export const done = { status: "done" } as const;
/** What is asked for is so already. */
export const unchanged = { outcome: done, isUnchanged: true } as const;

export function refused(reason: AdminRefusal): Extract<AdminOutcome, { readonly status: "refused" }> {
  return { status: "refused", reason };
}

function auditedParts({ subject, details }: Change): Pick<Change, "subject" | "details"> {
  return { ...(subject ? { subject } : {}), ...(details ? { details } : {}) };
}
