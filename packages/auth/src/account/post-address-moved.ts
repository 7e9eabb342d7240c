import type { Transaction } from "@countersign/db";

import { showableName } from "../mail/mail-texts.ts";

import type { AccountContext } from "./account-context.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Tells an address that it went from one account to another, with the way back for whoever is in the first. */
export function postAddressMoved(
  { desk, settings }: Pick<AccountContext, "desk" | "settings">,
  {
    email,
    holder,
    to,
    token,
  }: { readonly email: string; readonly holder: StoredUser; readonly to: StoredUser; readonly token: string },
): void {
  const url = desk.urlOf("/verify-email", token);
  const lifetimeSeconds = settings.EMAIL_REVERT_SECONDS;
  const names = { before: showableName(holder.username), after: showableName(to.username) };
  desk.post(async () => {
    // Its link has just been made, and is the only one: no limit leaves it out.
    if (!(await desk.admits("way-back", email))) return null;
    return {
      to: email,
      locale: to.locale ?? holder.locale,
      say: (texts) => texts.addressMoved({ url, lifetimeSeconds, ...names }),
    };
  });
}
