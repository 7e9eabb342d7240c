import type { Links } from "../token/links.ts";

import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome } from "./admin.ts";
import { changeUser, done } from "./make-change.ts";

type Way = Parameters<Parameters<Links["sendPasswordReset"]>[1]>[0];

/** See `AdminUsers.sendReset`. The link goes to the user's own address, so it gives the admin nothing. */
export async function sendReset(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  let outcome: AdminOutcome = { status: "missing" };
  await context.links.sendPasswordReset(id, async (way) => {
    outcome = await decide(context, call, id, way);
    // After the commit: the mail is written and sent in the background.
    return outcome.status === "done";
  });
  return outcome;
}

function decide(context: AdminContext, call: AdminCall, id: string, { email, limited }: Way): Promise<AdminOutcome> {
  return changeUser(context, call, { action: "admin.user.send_reset", userId: id }, async (tx, actor, target) => {
    if (!context.settings.PASSWORD_RESET) return { outcome: { status: "refused", reason: "reset_off" } };
    if (!target.isActive) return { outcome: { status: "invalid", fields: { id: ["This account is switched off."] } } };
    if (target.emailKey === null) {
      return { outcome: { status: "invalid", fields: { email: ["There is no address to send a link to."] } } };
    }
    // The address came to be another one since it was asked whether a mail goes there.
    if (target.emailKey !== email) return { outcome: { status: "stale" } };
    return { outcome: limited ?? done };
  });
}
