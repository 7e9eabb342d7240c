import { Client } from "pg";
import { expect, inject, test, vi } from "vitest";

import { createDatabase, dropDatabase } from "./database-on-postgres.ts";
import { describeDatabases } from "./databases.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { startPostgres } from "./postgres.ts";
import { providedUrl } from "./provided-url.ts";

test("TEST_DATABASE_URL is used instead of starting a server, and only the databases made go at the end", async () => {
  const given = inject(providedUrl);
  const kept = await createDatabase(given);
  vi.stubEnv("TEST_DATABASE_URL", given);
  const server = await startPostgres();
  vi.unstubAllEnvs();
  expect(server.url).toBe(given);
  const made = await server.createDatabase();
  expect(await canConnect(made)).toBe(true);

  await server.stop();

  expect(await canConnect(made)).toBe(false);
  expect(await canConnect(kept)).toBe(true);
  await dropDatabase(given, kept);
});

test("a platform without binaries is told of TEST_DATABASE_URL", async () => {
  await expect(findPostgresBinaries("plan9", "mips")).rejects.toThrow("Set TEST_DATABASE_URL");
  await expect(findPostgresBinaries()).resolves.toMatchObject({ postgres: expect.any(String) as string });
});

describeDatabases((dialect) => {
  test("every database is empty and another one", async () => {
    await using one = await dialect.create();
    await using other = await dialect.create();

    expect(one.url).toMatch(dialect.name === "sqlite" ? /^sqlite:\// : /^postgres:\/\//);
    expect(one.url).not.toBe(other.url);
  });
});

async function canConnect(url: string): Promise<boolean> {
  const client = new Client(url);
  client.on("error", () => {});
  const connected = await client.connect().then(
    () => true,
    () => false,
  );
  await client.end();
  return connected;
}
