import type { TestDialect } from "@app/services/databases";

import { coreMigrations, type CoreTables, type Database, openDatabase, type OpenDatabaseOptions } from "../index.ts";

export interface OpenTestDatabase extends AsyncDisposable {
  readonly db: Database;
  readonly url: string;
}

/** An empty database with the core's tables, open, of a test's own. */
export async function openTestDatabase(
  dialect: TestDialect,
  options: Partial<OpenDatabaseOptions<CoreTables>> = {},
): Promise<OpenTestDatabase> {
  const place = await dialect.create();
  const db = await openDatabase(place.url, { migrations: [coreMigrations], ...options });
  return {
    db,
    url: place.url,
    async [Symbol.asyncDispose]() {
      await db.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** A user's row, ready to insert. */
export function newUser(id: string): CoreTables["users"]["$inferInsert"] {
  return { id, username: id, usernameKey: id, createdAt: new Date(1_700_000_000_000) };
}

/** A session's row, ready to insert; it ends in 2027. */
export function newSession(id: string, userId: string): CoreTables["sessions"]["$inferInsert"] {
  const now = new Date(1_700_000_000_000);
  const end = new Date(1_800_000_000_000);
  return {
    id,
    tokenHash: `hash-of-${id}`,
    userId,
    createdAt: now,
    lastUsedAt: now,
    authenticatedAt: now,
    expiresAt: end,
    absoluteExpiresAt: end,
  };
}
