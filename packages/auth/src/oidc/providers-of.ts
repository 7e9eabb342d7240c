import { inArray } from "drizzle-orm";

import type { Database } from "@countersign/db";

/** The providers that these sessions came from, as people call them. Those that are not set up (any more) by the name they had here. */
export async function readProvidersOf(
  db: Pick<Database, "select" | "tables">,
  providers: ReadonlyMap<string, { readonly label: string }>,
  sessionIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (sessionIds.length === 0) return new Map();
  const { providerSessions } = db.tables;
  const rows = await db
    .select({ sessionId: providerSessions.sessionId, provider: providerSessions.provider })
    .from(providerSessions)
    .where(inArray(providerSessions.sessionId, [...sessionIds]));
  return new Map(rows.map(({ sessionId, provider }) => [sessionId, providers.get(provider)?.label ?? provider]));
}
