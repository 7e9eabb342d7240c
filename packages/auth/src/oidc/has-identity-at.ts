import { and, eq } from "drizzle-orm";

import type { Transaction } from "@countersign/db";

/** Does an issuer know this user already? One person has one name there: a second one is somebody else's, or has changed hands. */
export async function hasIdentityAt(tx: Transaction, userId: string, issuer: string): Promise<boolean> {
  const { identities } = tx.tables;
  const [found] = await tx
    .select({ id: identities.id })
    .from(identities)
    .where(and(eq(identities.userId, userId), eq(identities.issuer, issuer)))
    .limit(1);
  return found !== undefined;
}
