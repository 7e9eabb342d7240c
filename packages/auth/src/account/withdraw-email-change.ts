import { and, eq } from "drizzle-orm";

import { forUpdate, type Transaction } from "@countersign/db";

import { actorOf } from "../audit/audit-actor.ts";
import type { Links } from "../token/links.ts";

import type { AccountContext } from "./account-context.ts";

/** See `Links.withdrawEmailChange`. */
export async function withdrawEmailChange(
  { audit, bus }: AccountContext,
  tx: Transaction,
  from: Parameters<Links["withdrawEmailChange"]>[1],
): Promise<void> {
  const { accountTokens, users } = tx.tables;
  const userId = from.principal.user.id;
  // The user first, then what is theirs: whoever uses the link at this moment comes before or after.
  await forUpdate(tx, tx.select({ id: users.id }).from(users).where(eq(users.id, userId)));
  const withdrawn = await tx
    .delete(accountTokens)
    .where(and(eq(accountTokens.userId, userId), eq(accountTokens.purpose, "email_change")))
    .returning({ userId: accountTokens.userId });
  if (withdrawn.length === 0) return;
  const actor = actorOf(from.principal, from);
  await audit.recordIn(tx, { action: "account.email_change.withdraw", outcome: "ok", actor });
  tx.afterCommit(() => bus.publish({ kind: "user", userId }));
}
