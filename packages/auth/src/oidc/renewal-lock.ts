import { and, eq, isNull, lte, or, type SQL, sql } from "drizzle-orm";

import type { Database, Transaction } from "@countersign/db";

/** What is kept of a session's provider. */
export type ProviderSessionRow = Transaction["tables"]["providerSessions"]["$inferSelect"];

/** One renewal: then another may try. Longer than one can last, see `renewTokens`. */
export const renewalLockMs = 15_000;

/**
 * Whoever writes the time first renews the tokens, on whichever server: nobody holds a connection while the provider is asked.
 * The time is the database's own, so that servers whose clocks differ do not take a lock for an old one. Null: somebody else does.
 */
export function lockRenewal(
  { db }: { readonly db: Database },
  { sessionId, version }: Pick<ProviderSessionRow, "sessionId" | "version">,
): Promise<ProviderSessionRow | null> {
  const { providerSessions } = db.tables;
  return db.transaction(async (tx) => {
    const [locked] = await tx
      .update(providerSessions)
      .set({ refreshingUntil: timeOf(tx, renewalLockMs) })
      .where(and(eq(providerSessions.sessionId, sessionId), eq(providerSessions.version, version), isUnlocked(tx)))
      .returning();
    return locked ?? null;
  });
}

/** Is nobody renewing them just now? */
export function isUnlocked(db: Pick<Transaction, "dialect" | "tables">): SQL | undefined {
  const { refreshingUntil } = db.tables.providerSessions;
  return or(isNull(refreshingUntil), lte(refreshingUntil, timeOf(db, 0)));
}

/** The next one may renew them at once. */
export async function unlockRenewal(
  { db }: { readonly db: Database },
  { sessionId, version }: Pick<ProviderSessionRow, "sessionId" | "version">,
): Promise<void> {
  const { providerSessions } = db.tables;
  await db.transaction((tx) =>
    tx
      .update(providerSessions)
      .set({ refreshingUntil: null })
      .where(and(eq(providerSessions.sessionId, sessionId), eq(providerSessions.version, version))),
  );
}

/** The database's time, so many milliseconds from now. SQLite counts milliseconds since the epoch. */
function timeOf({ dialect }: Pick<Transaction, "dialect">, aheadMs: number): SQL {
  if (dialect === "sqlite") return sql`cast(unixepoch('subsec') * 1000 as integer) + ${aheadMs}`;
  return sql`now() + ${aheadMs} * interval '1 millisecond'`;
}
