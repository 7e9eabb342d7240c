import type { AccountProfile } from "@countersign/contract";
import type { CoreTables } from "@countersign/db";

import type { SignedInContext } from "../procedure/call-context.ts";
import { unauthorized } from "../procedure/call-error.ts";

/** The caller's own account, as its page shows it. @throws UNAUTHORIZED when it is gone */
export async function readProfile(ctx: SignedInContext<CoreTables, string>): Promise<AccountProfile> {
  const profile = await ctx.caller.services.auth.accounts.profile(ctx.user.id);
  if (profile === null) throw unauthorized();
  return profile;
}
