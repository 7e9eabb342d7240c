import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect, type TestDialect } from "@app/services/databases";

import { coreMigrations, migrateDatabase, type MigrationSet, openDatabase, readMigrationStatus } from "./index.ts";
import { runMigratorUntil } from "./test/run-migrator-until.ts";
import { tableNames } from "./test/table-names.ts";
import { writeMigrations } from "./test/write-migrations.ts";

const texts = {
  "0000_counters": "create table counters (id integer); create table half (id integer); drop table half",
  "0001_count": "insert into counters values (1); insert into counters values (2)",
};

describeDatabases((dialect) => {
  test("REL-04: killed at every step of a migration in turn, a process leaves nothing half, and the next one finishes", async () => {
    using app = writeMigrations(texts);

    const found = await killAtEachStep(dialect, { set: app.set });

    // Both migrations take a handful of statements each.
    expect(found.length).toBeGreaterThan(16);
    expect(found.filter(({ isWhole }) => !isWhole)).toEqual([]);
    expect(found.filter(({ isFinished }) => !isFinished)).toEqual([]);
    // Kills fell before, between and after the two.
    expect(new Set(found.map(({ applied }) => applied))).toEqual(new Set([0, 1, 2]));
  }, 120_000);

  test("db migrate says what it applied, and its status how far a database is", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": texts["0000_counters"] });
    const migrations = [coreMigrations, app.set];
    await migrateDatabase(place.url, { migrations: [coreMigrations] });
    expect(await readMigrationStatus(place.url, { migrations })).toMatchObject({ pending: ["app/0000_counters"] });

    expect(await migrateDatabase(place.url, { migrations })).toEqual(["app/0000_counters"]);
    expect(await migrateDatabase(place.url, { migrations })).toEqual([]);

    const status = await readMigrationStatus(place.url, { migrations });
    expect(status).toMatchObject({ pending: [], problem: null });
    expect([status.applied[0], status.applied.at(-1)]).toEqual(["core/0000_tables", "app/0000_counters"]);
    app.write("0000_counters", "select 1");
    expect((await readMigrationStatus(place.url, { migrations })).problem).toContain("app/0000_counters was edited");
  });
});

test("the same kills leave halves where migrations are not transactions", async () => {
  using app = writeMigrations(texts);

  const found = await killAtEachStep(sqliteDialect, { set: app.set, withoutTransactions: true });

  expect(found.some(({ isWhole }) => !isWhole)).toBe(true);
}, 120_000);

interface Found {
  /** How many of the app's migrations were recorded after the kill. */
  readonly applied: number;
  /** What they do is there, and nothing of the others. */
  readonly isWhole: boolean;
  /** The next process brought it to its end. */
  readonly isFinished: boolean;
}

/** A database of its own for each step, a few at a time; until there is no such step, or something half was found. */
async function killAtEachStep(
  dialect: TestDialect,
  options: { readonly set: MigrationSet; readonly withoutTransactions?: boolean },
): Promise<Found[]> {
  const found: Found[] = [];
  for (let first = 1; ; first += atOnce) {
    const steps = Array.from({ length: atOnce }, (_, index) => first + index);
    const results = await Promise.all(steps.map((step) => killAtStep(dialect, { ...options, step })));
    found.push(...results.filter((result) => result !== null));
    if (results.includes(null) || found.some(({ isWhole }) => !isWhole)) return found;
  }
}

const atOnce = 4;

async function killAtStep(
  dialect: TestDialect,
  options: { readonly step: number; readonly set: MigrationSet; readonly withoutTransactions?: boolean },
): Promise<Found | null> {
  await using place = await dialect.create();
  await migrateDatabase(place.url, { migrations: [coreMigrations] });
  if (!(await runMigratorUntil(place.url, options))) return null;

  const migrations = [coreMigrations, options.set];
  const { applied } = await readMigrationStatus(place.url, { migrations });
  const count = applied.filter((name) => name.startsWith("app/")).length;
  const isWhole = (await contentOf(place.url)) === contentAfter[count];
  if (!isWhole) return { applied: count, isWhole, isFinished: false };

  await migrateDatabase(place.url, { migrations });
  return { applied: count, isWhole, isFinished: (await contentOf(place.url)) === contentAfter[2] };
}

/** By how many of the two were applied. */
const contentAfter = ["no table", "0 rows", "2 rows"];

async function contentOf(url: string): Promise<string> {
  const tables = await tableNames(url);
  if (tables.includes("half")) return "half a migration";
  if (!tables.includes("counters")) return "no table";
  await using db = await openDatabase(url, { migrations: [] });
  const text = "select count(*) as count from counters";
  const [row] = await db.prepare<{ count: number }>("count", { sqlite: text, postgres: text }).all([]);
  return `${row?.count} rows`;
}
