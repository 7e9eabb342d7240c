import { and, eq, gt, inArray, lte } from "drizzle-orm";

import type { Database, Transaction } from "@countersign/db";

import { createToken, hashToken } from "../session/token.ts";

/** What a mailed link does. A token of one kind opens nothing of another. */
export type LinkPurpose = "email_change" | "email_reclaim" | "email_revert" | "reset" | "verify";

/** Whose link it is, and the address it was sent to. */
export interface Link {
  readonly userId: string;
  readonly email: string;
}

interface Presented {
  readonly token: string;
  readonly purpose: LinkPurpose;
  readonly now: Date;
}

/** The database, or a transaction. */
type Reader = Pick<Database, "select" | "tables">;

/**
 * Makes the token of a link: 256 random bits that are returned and kept nowhere; the database has their SHA-256. An earlier
 * link of this user for the same purpose works no more. The caller has locked the user.
 */
export async function issueLink(
  tx: Transaction,
  options: Link & { readonly purpose: LinkPurpose; readonly now: Date; readonly lifetimeSeconds: number },
): Promise<string> {
  const { userId, purpose, email, now, lifetimeSeconds } = options;
  const token = createToken();
  const tokenHash = hashToken(token);
  if (tokenHash === null) throw new Error("A token just made is malformed: createToken and hashToken disagree.");

  const { accountTokens } = tx.tables;
  const kept = { tokenHash, email, createdAt: now, expiresAt: new Date(now.getTime() + lifetimeSeconds * 1000) };
  await tx
    .insert(accountTokens)
    .values({ userId, purpose, ...kept })
    .onConflictDoUpdate({ target: [accountTokens.userId, accountTokens.purpose], set: kept });
  return token;
}

/** Looks a link up without using it. */
export async function findLink(db: Reader, presented: Presented): Promise<Link | null> {
  const { accountTokens } = db.tables;
  const [link] = await db
    .select({ userId: accountTokens.userId, email: accountTokens.email })
    .from(accountTokens)
    .where(isPresented(db, presented));
  return link ?? null;
}

/**
 * Uses a link up. One statement finds and removes it, in the transaction that acts on it: of two at once exactly one gets
 * it, and when the transaction is rolled back it works again.
 */
export async function takeLink(tx: Transaction, presented: Presented): Promise<Link | null> {
  const { accountTokens } = tx.tables;
  const [link] = await tx
    .delete(accountTokens)
    .where(isPresented(tx, presented))
    .returning({ userId: accountTokens.userId, email: accountTokens.email });
  return link ?? null;
}

/**
 * Ends the user's links when the password or the address changes. The ways back to an address stay: whoever took an account
 * over could otherwise close them by a second change.
 */
export async function voidLinks(tx: Transaction, userId: string): Promise<void> {
  const { accountTokens } = tx.tables;
  await tx
    .delete(accountTokens)
    .where(and(eq(accountTokens.userId, userId), inArray(accountTokens.purpose, ["email_change", "reset", "verify"])));
}

/** Ends all of them, the way back as well: an account that is switched off, or set right by an operator, stays as it is. */
export async function dropLinks(tx: Transaction, userId: string): Promise<void> {
  const { accountTokens } = tx.tables;
  await tx.delete(accountTokens).where(eq(accountTokens.userId, userId));
}

/** Ends what gives an address back to accounts that lost it: somebody has confirmed it since, so it is settled anew. */
export async function settleAddress(tx: Transaction, email: string): Promise<void> {
  const { accountTokens } = tx.tables;
  await tx.delete(accountTokens).where(and(eq(accountTokens.email, email), eq(accountTokens.purpose, "email_reclaim")));
}

/** Removes links past their time. Returns how many. */
export async function pruneLinks(db: Database, now: Date): Promise<number> {
  const { accountTokens } = db.tables;
  const removed = await db
    .delete(accountTokens)
    .where(lte(accountTokens.expiresAt, now))
    .returning({ userId: accountTokens.userId });
  return removed.length;
}

function isPresented({ tables }: Pick<Database, "tables">, { token, purpose, now }: Presented) {
  const { accountTokens } = tables;
  // What is not shaped like a token has no hash: it is compared with one that no token has.
  const tokenHash = hashToken(token) ?? "";
  return and(
    eq(accountTokens.tokenHash, tokenHash),
    eq(accountTokens.purpose, purpose),
    gt(accountTokens.expiresAt, now),
  );
}
