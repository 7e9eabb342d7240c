import type { TestDialect } from "@app/services/databases";
import type { CoreTables } from "@countersign/db";

import { startTestApp, type TestAppOptions } from "../testing/test-app.ts";

import { createTestRouter, testPermissions } from "./test-router.ts";

/** The test router on an app of its own, over a database of its own. */
export async function startTestRouter(
  dialect: TestDialect,
  options: Partial<Omit<TestAppOptions<CoreTables>, "router" | "databaseUrl" | "tables">> = {},
) {
  const database = await dialect.create();
  const { router, counts } = createTestRouter();
  const app = await startTestApp({ router, databaseUrl: database.url, permissions: testPermissions, ...options });
  return {
    app,
    counts,
    databaseUrl: database.url,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
