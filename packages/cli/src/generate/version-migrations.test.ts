import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { planVersionMigrations } from "./version-migrations.ts";

async function openApi(sql: Readonly<Record<"postgres" | "sqlite", string>>) {
  const folder = await mkdtempDisposable(join(tmpdir(), "countersign-api-"));
  for (const dialect of ["postgres", "sqlite"] as const) {
    const migrations = join(folder.path, "migrations", dialect);
    mkdirSync(join(migrations, "meta"), { recursive: true });
    writeFileSync(join(migrations, "0007_tags.sql"), sql[dialect]);
    const entries = [{ idx: 7, version: "6", when: 1000, tag: "0007_tags", breakpoints: true }];
    writeFileSync(join(migrations, "meta/_journal.json"), JSON.stringify({ version: "7", dialect, entries }));
    writeFileSync(
      join(migrations, "meta/0007_snapshot.json"),
      JSON.stringify({ id: "seven", prevId: "six", tables: {} }),
    );
  }
  return folder;
}

const noTriggers = { postgres: "CREATE TABLE tags (id text);", sqlite: "CREATE TABLE tags (id text);" };

test("a table without the triggers gets a migration for each dialect, which the journal and a snapshot know of", async () => {
  await using api = await openApi(noTriggers);
  const { created, changed } = planVersionMigrations(api.path, "tags");
  const at = (path: string) => created.get(join(api.path, "migrations", path)) ?? "";

  expect(at("sqlite/0008_tags_version.sql")).toContain("AFTER UPDATE ON tags WHEN NEW.version = OLD.version");
  expect(at("postgres/0008_tags_version.sql")).toMatch(/CREATE FUNCTION app_version[^]*BEFORE UPDATE ON tags /);
  expect(JSON.parse(at("sqlite/meta/0008_snapshot.json"))).toMatchObject({ prevId: "seven", tables: {} });
  const journal = JSON.parse(changed.get(join(api.path, "migrations/sqlite/meta/_journal.json")) ?? "") as object;
  expect(journal).toMatchObject({ entries: [{ idx: 7 }, { idx: 8, version: "6", tag: "0008_tags_version" }] });
});

test("where a dialect has the trigger nothing is written for it, and a function that is there is not made again", async () => {
  const sqlite = "CREATE TRIGGER tags_version AFTER UPDATE ON `tags` WHEN NEW.version = OLD.version";
  await using api = await openApi({ sqlite, postgres: "CREATE FUNCTION app_version() RETURNS trigger" });
  const { created } = planVersionMigrations(api.path, "tags");

  expect([...created.keys()].filter((path) => path.includes("sqlite"))).toEqual([]);
  const onPostgres = [...created].find(([path]) => path.endsWith("0008_tags_version.sql"))?.[1];
  expect(onPostgres).toContain("BEFORE UPDATE ON tags");
  expect(onPostgres).not.toContain("CREATE FUNCTION");
});
