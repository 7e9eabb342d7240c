import { afterAll } from "vitest";

import type { TestDatabase, TestDialect } from "@app/services/databases";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";

interface Lent {
  readonly place: TestDatabase;
  readonly db: Database;
}

const lent = new Map<TestDialect, Lent>();

/**
 * An empty, migrated database. The tests of one file run one after the other and share it: making one takes longer than most
 * of them. It is emptied after each; one that a test closed is replaced.
 */
export async function borrowDatabase(dialect: TestDialect): Promise<{ readonly db: Database } & AsyncDisposable> {
  const { db, place } = lent.get(dialect) ?? (await open(dialect));
  lent.set(dialect, { db, place });

  return {
    db,
    async [Symbol.asyncDispose]() {
      try {
        // All else refers to one of these, and goes with it.
        const { users, groups, visitors, auditEvents, rateLimits } = db.tables;
        for (const table of [users, groups, visitors, auditEvents, rateLimits]) await db.delete(table);
      } catch {
        // The test closed it.
        lent.delete(dialect);
        await place[Symbol.asyncDispose]();
      }
    },
  };
}

afterAll(async () => {
  for (const { db, place } of lent.values()) {
    await db.close();
    await place[Symbol.asyncDispose]();
  }
});

async function open(dialect: TestDialect): Promise<Lent> {
  const place = await dialect.create();
  return { place, db: await openDatabase(place.url, { migrations: [coreMigrations] }) };
}
