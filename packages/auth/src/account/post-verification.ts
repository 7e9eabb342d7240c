import { eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import type { Draft } from "../mail/mail-desk.ts";
import { showableName } from "../mail/mail-texts.ts";
import { issueLink } from "../token/link.ts";

import type { AccountContext } from "./account-context.ts";
import { isFirmlyHeld } from "./release-address.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

/** Who asks for the mail. */
interface Asker {
  readonly locale: string | null;
  /** Whoever has just given the account's password, or come in by its provider, asks for it from here: what strangers have sent does not keep it back. */
  readonly provenFrom?: { readonly ip: string | null };
}

/**
 * Mails a link that confirms the user's address. When the address is somebody else's already, that person is told instead:
 * whoever asks gets the same answer.
 */
export function postVerification(context: AccountContext, userId: string, asker: Asker): void {
  const { users } = context.db.tables;
  context.desk.post(async () => {
    const waiting = await context.db.select().from(users).where(eq(users.id, userId));
    return writeVerification(context, waiting, asker);
  });
}

/**
 * The same, for somebody who is at writing a mail: a link for each of these accounts, which wait for one address. Which of
 * them is theirs only the reader knows.
 */
export async function writeVerification(
  context: AccountContext,
  users: readonly StoredUser[],
  { locale, provenFrom }: Asker,
): Promise<Draft | null> {
  const { db, desk, settings } = context;
  const waiting = users.filter(({ isActive, emailVerifiedAt }) => isActive && emailVerifiedAt === null);
  const email = waiting[0]?.email ?? null;
  if (email === null) return null;

  const [holder] = await db.select().from(db.tables.users).where(eq(db.tables.users.emailKey, email));
  if (holder && !waiting.some(({ id }) => id === holder.id) && isFirmlyHeld(holder, settings)) {
    if (!(await desk.admits("verify", email))) return null;
    const signInUrl = desk.urlOf("/login");
    return { to: email, locale: holder.locale, say: (texts) => texts.addressInUse({ signInUrl }) };
  }
  const isAdmitted = provenFrom ? desk.admits("reminder", email, provenFrom.ip) : desk.admits("verify", email);
  if (!(await isAdmitted)) return null;

  const links: { readonly username: string | null; readonly url: string }[] = [];
  for (const user of waiting) {
    const token = await issueVerification(context, user.id, email);
    if (token !== null) links.push({ username: showableName(user.username), url: desk.urlOf("/verify-email", token) });
  }
  const [first, ...others] = links;
  if (first === undefined) return null;
  const lifetimeSeconds = settings.VERIFY_SECONDS;
  const say: Draft["say"] = (texts) =>
    others.length === 0
      ? texts.confirmAddress({ ...first, lifetimeSeconds })
      : texts.confirmAddressOfOne({ links, lifetimeSeconds });
  return { to: email, locale: (waiting.length === 1 ? waiting[0]?.locale : null) ?? locale, say };
}

/** Null when the user was changed meanwhile: whoever did so has sent what is to be sent. */
function issueVerification(
  { db, clock, settings }: AccountContext,
  userId: string,
  email: string,
): Promise<string | null> {
  return db.transaction(async (tx) => {
    const { users } = tx.tables;
    const [present] = await forUpdate(tx, tx.select().from(users).where(eq(users.id, userId)));
    if (!present?.isActive || present.email !== email || present.emailVerifiedAt !== null) return null;
    const now = new Date(clock.now());
    return issueLink(tx, { userId, purpose: "verify", email, now, lifetimeSeconds: settings.VERIFY_SECONDS });
  });
}
