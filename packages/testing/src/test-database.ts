import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Client } from "pg";

/** An empty database of a test's own. It is removed when the test leaves the block that holds it with `await using`. */
export interface TestDatabase extends AsyncDisposable {
  /** For `openDatabase`, or for `DATABASE_URL`. */
  readonly url: string;
}

/**
 * Makes an empty database: a SQLite file in a temporary folder, or, with the URL of a PostgreSQL server on which databases
 * may be made, a new one there.
 */
export function openTestDatabase(serverUrl?: string): Promise<TestDatabase> {
  return serverUrl === undefined ? createSqliteFile() : createPostgresDatabase(serverUrl);
}

async function createSqliteFile(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), "countersign-test-"));
  return {
    url: `sqlite:${join(folder, "test.db")}`,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createPostgresDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `countersign_test_${randomBytes(6).toString("hex")}`;
  await runOnServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => runOnServer(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function runOnServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client(serverUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
