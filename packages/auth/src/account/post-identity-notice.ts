import { eq } from "drizzle-orm";

import { noticeTo } from "../mail/mail-desk.ts";

import type { AccountContext } from "./account-context.ts";

/**
 * Tells the user that a provider's account opens theirs from now on, or no more: if somebody else brought that about, that is how
 * they learn of it; `removed` is by those who run the site. After the commit. `provider` is its name; the mail says what people call it.
 */
export function postIdentityNotice(
  { db, desk, providerLabels }: Pick<AccountContext, "db" | "desk" | "providerLabels">,
  userId: string,
  { provider, change }: { readonly provider: string; readonly change: "linked" | "unlinked" | "removed" },
): void {
  const { users } = db.tables;
  desk.post(async () => {
    const [user] = await db.select().from(users).where(eq(users.id, userId));
    if (!user || user.emailKey === null) return null;
    if (!(await desk.admits(noticeTo(user), user.emailKey))) return null;
    const told = { provider: providerLabels.get(provider) ?? provider, accountUrl: desk.urlOf("/account") };
    return {
      to: user.emailKey,
      locale: user.locale,
      say: (texts) => {
        if (change === "linked") return texts.identityLinked(told);
        return change === "unlinked" ? texts.identityUnlinked(told) : texts.identityRemovedByAdmin(told);
      },
    };
  });
}
