import type { AccountContext } from "../account/account-context.ts";
import { postPasswordChanged } from "../account/post-password-changed.ts";

/** Mails that tell a user what happened to the account, for those who make it happen elsewhere. */
export interface MailNotices {
  /** After the commit of a change of the password. Does not wait and does not throw. */
  passwordChanged(userId: string): void;
  /** Tries every mail that waits once, now. Resolves when that is over, whatever came of it. */
  flush(): Promise<void>;
}

export function createMailNotices(context: Pick<AccountContext, "db" | "desk" | "providerLabels">): MailNotices {
  return {
    passwordChanged: (userId) => postPasswordChanged(context, userId),
    flush: () => context.desk.flush(),
  };
}
