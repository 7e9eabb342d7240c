import type { AdminCall, AdminOutcome, AdminRefusal } from "@countersign/auth";
import { fieldFaults, type LibraryPermission } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { SignedInContext } from "../../procedure/call-context.ts";
import { CallError, invalidFields, notFound, rateLimited } from "../../procedure/call-error.ts";
import { procedureWith } from "../library-procedures.ts";

/** For staff who hold the permission; neither is enough alone. */
export function adminProcedure(permission: LibraryPermission) {
  return procedureWith({ staff: true, permissions: [permission] }, { isAudited: true });
}

/** The same for what changes rights or identities: the password was confirmed a moment ago. */
export function freshAdminProcedure(permission: LibraryPermission) {
  return procedureWith({ staff: true, permissions: [permission], freshWithinSeconds: "default" }, { isAudited: true });
}

/** Superusers only, and fresh. */
export const freshSuperuserProcedure = procedureWith(
  { superuser: true, freshWithinSeconds: "default" },
  { isAudited: true },
);

type ReadCurrent = () => Promise<unknown>;
/** Of a call that has passed its rule. */
export type Context = SignedInContext<CoreTables, string>;

/** The call as the admin's services want it. */
export function callOf(ctx: Context): AdminCall {
  return {
    principal: ctx.principal,
    from: { ip: ctx.request.ip, userAgent: ctx.request.userAgent },
    transaction: (body, options) => ctx.transaction(body, options),
  };
}

/** What has changed meanwhile is shown to those who may see it at all; the others learn only that something has. */
export function currentFor(ctx: Context, permission: LibraryPermission, read: ReadCurrent): ReadCurrent {
  return ctx.can(permission) ? read : async () => undefined;
}

/**
 * What was done, or the refusal.
 *
 * @param readCurrent reads what the caller did not know yet, for `VERSION_CONFLICT`; see `currentFor`
 */
export async function settle<Done extends object>(
  outcome: AdminOutcome<Done>,
  readCurrent: ReadCurrent = async () => undefined,
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
  own_address: () => invalidFields({ email: [fieldFaults.emailOwn] }),
  own_last_way_in: () =>
    new CallError("CONFLICT", "This is your only way to sign in. Set a password or connect another first.", {
      reason: "LAST_SIGN_IN_METHOD",
    }),
  own_account: () => new CallError("FORBIDDEN", "Nobody switches off or removes their own account here."),
};
