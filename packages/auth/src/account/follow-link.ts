import type { AuditAction } from "@countersign/contract";
import { type Transaction, UniqueViolation } from "@countersign/db";

import type { Throttle } from "../throttle/throttle.ts";
import { recordRefusal } from "../token/link-actor.ts";

import type { AccountContext, SignInOrigin } from "./account-context.ts";

type Admission = Awaited<ReturnType<Throttle["admitLink"]>>;
type Limited = Extract<Admission, { readonly status: "limited" }>;

/**
 * Does what a mailed link is for, in one transaction: within the limit on tries, and as a refusal in the audit log where the
 * link opens nothing. `act` answers with null then.
 */
export async function followLink<Done>(
  context: AccountContext,
  action: AuditAction,
  from: SignInOrigin,
  act: (tx: Transaction) => Promise<Done | null>,
): Promise<
  | Limited
  | { readonly status: "link-invalid" }
  | { readonly status: "followed"; readonly done: Done; readonly admission: Exclude<Admission, Limited> }
> {
  const admission = await context.throttle.admitLink(from.ip);
  if (admission.status === "limited") {
    recordRefusal(context, { action, reason: "limited" }, from);
    return admission;
  }
  const done = await context.db.transaction(act).catch(asTaken);
  if (done === null) {
    recordRefusal(context, { action, reason: "link_invalid" }, from);
    return { status: "link-invalid" };
  }
  return { status: "followed", done, admission };
}

/** Somebody else got the address between the look and the write. */
function asTaken(error: unknown): null {
  if (error instanceof UniqueViolation) return null;
  throw error;
}
