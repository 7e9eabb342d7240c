import { eq } from "drizzle-orm";

import { noticeTo } from "../mail/mail-desk.ts";
import { readIdentities } from "../oidc/read-identities.ts";
import { toSayableInstant } from "../sayable-instant.ts";

import type { AccountContext } from "./account-context.ts";

/**
 * Tells the user that the password was changed: if somebody else did, that is how they learn of it. For every change of a
 * password, after its commit. Mails that others have sent to the address do not hold it back.
 */
export function postPasswordChanged(
  { db, desk, providerLabels }: Pick<AccountContext, "db" | "desk" | "providerLabels">,
  userId: string,
  {
    removed = [],
  }: { /** The providers that opened the account until then. */ readonly removed?: readonly string[] } = {},
): void {
  const { users } = db.tables;
  const labelOf = (name: string) => providerLabels.get(name) ?? name;
  desk.post(async () => {
    const [user] = await db.select().from(users).where(eq(users.id, userId));
    // An address that was typed but is somebody else's (no key) gets nothing.
    if (!user || user.emailKey === null) return null;
    if (!(await desk.admits(noticeTo(user), user.emailKey))) return null;
    const linked = await readIdentities(db, userId);
    const told = {
      resetUrl: desk.urlOf("/password-reset"),
      // Each by itself: a second one of the same provider is somebody else's. What it has not verified may say anything, in our mail.
      providers: linked.map(({ provider, verifiedEmail, createdAt }) => {
        const facts = [...(verifiedEmail === null ? [] : [verifiedEmail]), ...dayOf(createdAt)];
        return facts.length === 0 ? labelOf(provider) : `${labelOf(provider)} (${facts.join(", ")})`;
      }),
      removed: [...new Set(removed.map(labelOf))],
    };
    return { to: user.emailKey, locale: user.locale, say: (texts) => texts.passwordChanged(told) };
  });
}

/** None of an instant that was set by hand and cannot be said. */
function dayOf(instant: Date): string[] {
  const said = toSayableInstant(instant);
  return said === null ? [] : [said.slice(0, 10)];
}
