import { and, eq } from "drizzle-orm";

import type { Database } from "@countersign/db";

import type { StoredIdentity } from "./enter.ts";

/** Whom the provider knows by this name: the issuer and the subject together, to the letter. */
export async function findIdentity(
  db: Pick<Database, "select" | "tables">,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<StoredIdentity | null> {
  const { identities } = db.tables;
  const [identity] = await db
    .select()
    .from(identities)
    .where(and(eq(identities.issuer, issuer), eq(identities.subject, subject)));
  return identity ?? null;
}
