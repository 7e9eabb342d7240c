import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestDialect } from "@app/services/databases";
import { createFolderStore } from "@countersign/rpc";
import { startTestApp, type TestApp, type TestAppOptions } from "@countersign/rpc/testing";

import { fileColumns } from "../attachment/columns.ts";
import { migrations } from "../migrations.ts";
import { permissions } from "../permissions.ts";
import { appRouter } from "../router.ts";
import { type Tables, tables } from "../tables.ts";

export interface StartedApp extends AsyncDisposable {
  readonly app: TestApp<Tables>;
  /** The names of the files it keeps, whole or not. */
  stored(): Promise<readonly string[]>;
}

/** This app, over a database of its own. */
export async function startApp(
  dialect: TestDialect,
  options: Partial<TestAppOptions<Tables>> = {},
): Promise<StartedApp> {
  const database = await dialect.create();
  const folder = await mkdtemp(join(tmpdir(), "attachments-"));
  const files = { store: createFolderStore(folder), namedBy: fileColumns };
  const common = { router: appRouter, databaseUrl: database.url, tables, migrations: [migrations], permissions, files };
  const app = await startTestApp({ ...common, ...options });
  return {
    app,
    async stored() {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
