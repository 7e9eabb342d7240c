import type { AccountContext, SignInOrigin } from "./account-context.ts";
import { postVerification } from "./post-verification.ts";

/**
 * Another link that confirms the address, at most one within the window of sign-ins. Who registered with the address of somebody
 * else may have used up what is sent to it: that they have just shown whose account it is tells them from its owner.
 */
export async function remind(context: AccountContext, userId: string, from: SignInOrigin): Promise<void> {
  const admission = await context.throttle.admitReminder(userId);
  if (admission.status !== "admitted") return;
  postVerification(context, userId, { locale: from.locale ?? null, provenFrom: { ip: from.ip } });
}
