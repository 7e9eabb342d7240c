import type { CoreTables } from "@countersign/db";
import { startTestApp as startOnDatabase, type TestApp, type TestAppOptions } from "@countersign/rpc/testing";

import { openTestDatabase, type TestDatabase } from "./test-database.ts";

export interface StartTestAppOptions<Tables extends CoreTables> extends Omit<TestAppOptions<Tables>, "databaseUrl"> {
  /**
   * The URL of a PostgreSQL server, on which an empty database is made; or what makes one. A temporary SQLite file when it is
   * left out.
   */
  readonly database?: string | (() => Promise<TestDatabase>) | undefined;
}

/**
 * Starts an app on a free port, with a real database of its own behind it. Leaving the block that holds it with `await using`
 * stops it and removes the database.
 */
export async function startTestApp<Tables extends CoreTables = CoreTables>({
  database,
  ...options
}: StartTestAppOptions<Tables>): Promise<TestApp<Tables>> {
  const made = await (typeof database === "function" ? database() : openTestDatabase(database));
  try {
    const app = await startOnDatabase({ ...options, databaseUrl: made.url });
    return {
      ...app,
      async [Symbol.asyncDispose]() {
        await app[Symbol.asyncDispose]();
        await made[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await made[Symbol.asyncDispose]();
    throw error;
  }
}
