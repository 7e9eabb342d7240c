import { eq } from "drizzle-orm";

import type { Database } from "@countersign/db";

import type { StoredIdentity } from "./enter.ts";

/** A user's identities in the order they were connected. */
export function readIdentities(db: Pick<Database, "select" | "tables">, userId: string): PromiseLike<StoredIdentity[]> {
  const { identities } = db.tables;
  return db.select().from(identities).where(eq(identities.userId, userId)).orderBy(identities.id);
}
