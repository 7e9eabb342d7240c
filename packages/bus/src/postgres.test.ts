import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { postgresDialect, type TestDatabase } from "@app/services/databases";

import { connected, testBus, testReplicas } from "./bus.suite.ts";
import { createPostgresBus } from "./postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await postgresDialect.create();
});
afterAll(() => database[Symbol.asyncDispose]());

const open = (options: { readonly onError?: (error: unknown) => void } = {}) =>
  connected(createPostgresBus({ url: database.url, heartbeatMs: 200, ...options }));

describe("a bus over PostgreSQL", () => {
  testBus(open);
  testReplicas(open, cut);

  test("a channel's name is no way into a statement", () => {
    expect(() => createPostgresBus({ url: database.url, channel: "x; drop table users" })).toThrow(
      "can't be a channel",
    );
  });
});

/** Ends the server's side of every connection of a bus. */
async function cut(): Promise<void> {
  const client = new Client(database.url);
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'countersign bus' and datname = current_database()",
  );
  await client.end();
}
