import type { TestDialect } from "@app/services/databases";
import { startTestApp, type TestApp, type TestAppOptions } from "@countersign/rpc/testing";

import { migrations } from "../migrations.ts";
import { permissions } from "../permissions.ts";
import { appRouter } from "../router.ts";
import { type Tables, tables } from "../tables.ts";

export interface StartedApp extends AsyncDisposable {
  readonly app: TestApp<Tables>;
}

/** This app, over a database of its own. */
export async function startApp(
  dialect: TestDialect,
  options: Partial<TestAppOptions<Tables>> = {},
): Promise<StartedApp> {
  const database = await dialect.create();
  const common = { router: appRouter, databaseUrl: database.url, tables, migrations: [migrations], permissions };
  const app = await startTestApp({ ...common, ...options });
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
