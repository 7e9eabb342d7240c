import type { AdminContext } from "./admin-context.ts";
import type { AdminCall, AdminOutcome } from "./admin.ts";
import { changeUser, done } from "./make-change.ts";

/** See `AdminUsers.sendReset`. The link goes to the user's own address, so it gives the admin nothing. */
export async function sendReset(context: AdminContext, call: AdminCall, id: string): Promise<AdminOutcome> {
  const outcome = await changeUser(
    context,
    call,
    { action: "admin.user.send_reset", userId: id },
    async (tx, actor, target) => {
      if (!context.settings.PASSWORD_RESET) return { outcome: { status: "refused", reason: "reset_off" } };
      if (!target.isActive)
        return { outcome: { status: "invalid", fields: { id: ["This account is switched off."] } } };
      if (target.emailKey === null) {
        return { outcome: { status: "invalid", fields: { email: ["There is no address to send a link to."] } } };
      }
      return { outcome: done };
    },
  );
  // After the commit: the mail is written and sent in the background.
  if (outcome.status === "done") await context.sendPasswordReset(id);
  return outcome;
}
