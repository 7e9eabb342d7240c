import { setTimeout as pause } from "node:timers/promises";

import { Client } from "pg";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import type { AppliedMigration } from "../migrate.ts";

import { openPostgresMigrationStore } from "./postgres-migrations.ts";

test("one that waited for another process's first migration sees it, though it had seen an empty database before", async () => {
  await using place = await postgresDialect.create();
  await using store = await openPostgresMigrationStore({ connectionString: place.url }, { lockTimeoutMs: 5000 });
  expect(await store.readApplied()).toEqual([]);
  const other = new Client(place.url);
  await other.connect();
  await other.query("begin; select pg_advisory_xact_lock(hashtext('countersign_migrations'))");

  let seen: readonly AppliedMigration[] = [];
  const waiting = store.applyNext((applied) => {
    seen = applied;
    return null;
  }, new Date());
  await pause(100);
  await other.query(
    `create table countersign_migrations (set_name text, name text, checksum text, applied_at timestamptz);
     insert into countersign_migrations values ('core', '0000_tables', 'sum', now());
     commit`,
  );
  await other.end();

  expect(await waiting).toBeNull();
  expect(seen).toEqual([{ setName: "core", name: "0000_tables", checksum: "sum" }]);
});

test("one that waits for longer than the lock timeout is DatabaseUnavailable", async () => {
  await using place = await postgresDialect.create();
  await using store = await openPostgresMigrationStore({ connectionString: place.url }, { lockTimeoutMs: 50 });
  const other = new Client(place.url);
  await other.connect();
  await other.query("begin; select pg_advisory_xact_lock(hashtext('countersign_migrations'))");

  await expect(store.applyNext(() => null, new Date())).rejects.toMatchObject({ name: "DatabaseUnavailable" });

  await other.end();
  expect(await store.applyNext(() => null, new Date())).toBeNull();
});
