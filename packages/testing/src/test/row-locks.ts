import { sql } from "drizzle-orm";

import type { Database } from "@countersign/db";

/** A query of PostgreSQL: Drizzle's types join the dialects. */
export interface Lockable {
  for(strength: "update", options: { readonly skipLocked: true }): PromiseLike<readonly { readonly id: string }[]>;
}

/** Connections to this database that wait for a lock. */
export async function countWaiting(db: Database): Promise<number> {
  const waits = sql`wait_event_type = 'Lock' and datname = current_database()`;
  const [row] = await db
    .select({ count: sql<string>`count(*)` })
    .from(sql`pg_stat_activity`)
    .where(waits);
  return Number(row?.count);
}
