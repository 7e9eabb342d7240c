import { eq, or } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { findLink, type LinkPurpose, takeLink } from "./link.ts";

type StoredUser = Transaction["tables"]["users"]["$inferSelect"];

export interface ClaimedLink {
  readonly user: StoredUser;
  /** The address the link was sent to. */
  readonly email: string;
  /** Who else has that address. */
  readonly holder: StoredUser | null;
}

/**
 * Uses a link up for an active user, and locks that user and whoever else has the address until the commit. Null when there
 * is no such link (any more).
 */
export async function claimLink(
  tx: Transaction,
  presented: { readonly token: string; readonly purpose: LinkPurpose; readonly now: Date },
): Promise<ClaimedLink | null> {
  const link = await findLink(tx, presented);
  if (link === null) return null;

  const { users } = tx.tables;
  // Users first, in the order of their ids, then what is theirs: the one order in which everything is locked.
  const query = tx
    .select()
    .from(users)
    .where(or(eq(users.id, link.userId), eq(users.emailKey, link.email)))
    .orderBy(users.id);
  const locked = await forUpdate(tx, query);
  const user = locked.find(({ id }) => id === link.userId);
  if (!user?.isActive) return null;

  const taken = await takeLink(tx, presented);
  if (taken === null) return null;
  return { user, email: taken.email, holder: locked.find(({ id }) => id !== link.userId) ?? null };
}
