import type { SignedInOrigin, SignInOrigin } from "@countersign/auth";
import type { CoreTables } from "@countersign/db";

import type { CallContext, SignedInContext } from "../procedure/call-context.ts";
import { unauthorized } from "../procedure/call-error.ts";

/** Where a call comes from, for what makes or ends sessions and for the audit log. */
export function originOf(ctx: CallContext<CoreTables, string>): SignInOrigin {
  const { ip, userAgent, locale } = ctx.request;
  const { tokenHash, visitorHash } = ctx.caller;
  return { ip, userAgent, locale, presented: ctx.principal, presentedTokenHash: tokenHash, visitorHash };
}

/** The same of a signed-in user. */
export function signedInOrigin(ctx: SignedInContext<CoreTables, string>): SignedInOrigin {
  const { ip, userAgent } = ctx.request;
  const { tokenHash } = ctx.caller;
  if (tokenHash === null) throw unauthorized();
  return { ip, userAgent, principal: ctx.principal, tokenHash };
}
