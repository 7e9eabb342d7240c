import type { AdminCall, AdminOutcome, AdminRefusal } from "@countersign/auth";
import type { LibraryPermission } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { SignedInContext } from "../../procedure/call-context.ts";
import { CallError, invalidFields, notFound, rateLimited } from "../../procedure/call-error.ts";
import { procedureWith } from "../library-procedures.ts";

/** For staff who hold the permission; neither is enough alone. */
export function adminProcedure(permission: LibraryPermission) {
  return procedureWith({ staff: true, permissions: [permission] });
}

/** The same for what changes rights or identities: the password was confirmed a moment ago. */
export function freshAdminProcedure(permission: LibraryPermission) {
  return procedureWith({ staff: true, permissions: [permission], freshWithinSeconds: "default" });
}

/** Superusers only, and fresh. */
export const freshSuperuserProcedure = procedureWith({ superuser: true, freshWithinSeconds: "default" });

type Context = SignedInContext<CoreTables, string>;

/** The call as the admin's services want it. */
export function callOf(ctx: Context): AdminCall {
  return {
    principal: ctx.principal,
    from: { ip: ctx.request.ip, userAgent: ctx.request.userAgent },
    transaction: (body, options) => ctx.transaction(body, options),
  };
}

/**
 * What was done, or the refusal.
 *
 * @param readCurrent reads what the caller did not know yet, for `VERSION_CONFLICT`
 */
export async function settle<Done extends object>(
  outcome: AdminOutcome<Done>,
  readCurrent: () => Promise<unknown> = async () => undefined,
): Promise<Extract<AdminOutcome<Done>, { readonly status: "done" }>> {
  switch (outcome.status) {
    case "missing":
      throw notFound();
    case "refused":
      throw refusals[outcome.reason]();
    case "invalid":
      throw invalidFields(outcome.fields);
    case "stale":
      throw await versionConflict(readCurrent);
    case "busy":
    case "limited":
      throw rateLimited(outcome.retryAfterSeconds);
    case "done":
      return outcome;
  }
}

async function versionConflict(readCurrent: () => Promise<unknown>): Promise<CallError> {
  const current = await readCurrent();
  // Gone altogether in the meantime.
  if (current === null) return notFound();
  return new CallError("CONFLICT", "It has changed since you read it.", { reason: "VERSION_CONFLICT", current });
}

const refusals: Record<AdminRefusal, () => CallError> = {
  beyond_own_rights: () =>
    new CallError("FORBIDDEN", "This would give, or touch, more rights than you hold.", {
      reason: "BEYOND_OWN_RIGHTS",
    }),
  last_superuser: () =>
    new CallError("CONFLICT", "This is the last active superuser. Make another one first.", {
      reason: "LAST_SUPERUSER",
    }),
  reset_off: () =>
    new CallError("FORBIDDEN", "Forgotten passwords are not replaced by mail here.", { reason: "PASSWORD_RESET_OFF" }),
  own_account: () => new CallError("FORBIDDEN", "Nobody switches off or removes their own account here."),
};
