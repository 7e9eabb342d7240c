import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, inject } from "vitest";

import { createDatabase, dropDatabase } from "./database-on-postgres.ts";
import { providedUrl } from "./provided-url.ts";

/** An empty database of a test's own. It is removed when the test leaves the block that holds it with `await using`. */
export interface TestDatabase extends AsyncDisposable {
  /** For `openDatabase`, or for `DATABASE_URL`. */
  readonly url: string;
}

export interface TestDialect {
  readonly name: "postgres" | "sqlite";
  create(): Promise<TestDatabase>;
}

/** A SQLite file in a folder of its own. */
export const sqliteDialect: TestDialect = { name: "sqlite", create: createSqliteFile };

/** A database on the run's PostgreSQL. Needs `@app/services/postgres-setup` in the package's `globalSetup`. */
export const postgresDialect: TestDialect = { name: "postgres", create: createPostgresDatabase };

/** Both of them. */
export const testDialects: readonly [TestDialect, TestDialect] = [sqliteDialect, postgresDialect];

/** Runs the suite once on a SQLite file and once on PostgreSQL: `describeDatabases((dialect) => { test("…", …) })`. */
export function describeDatabases(suite: (dialect: TestDialect) => void): void {
  describe.each(testDialects)("$name", (dialect) => {
    suite(dialect);
  });
}

async function createSqliteFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-sqlite-"));
  return {
    url: `sqlite:${join(folder, "test.db")}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createPostgresDatabase(): Promise<TestDatabase> {
  const serverUrl = inject(providedUrl);
  if (!serverUrl)
    throw new Error('No PostgreSQL: add globalSetup: ["@app/services/postgres-setup"] to vitest.config.ts.');
  const url = await createDatabase(serverUrl);
  return { url, [Symbol.asyncDispose]: () => dropDatabase(serverUrl, url) };
}
