import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { requireOnlyAdditions } from "./expanding-migration.ts";
import { coreMigrations, migrateDatabase, type MigrationSet, openDatabase, readMigrationStatus } from "./index.ts";
import { writeMigrations } from "./test/write-migrations.ts";

const [tables, color, drop] = [
  { "0000_tasks": "create table tasks (id text primary key)" },
  { "0001_color.expand": "alter table tasks add column color text" },
  { "0002_drop": "alter table tasks drop column color" },
];

describeDatabases((dialect) => {
  test("REL-55: a program of before starts on a database to which a newer one has only added, and one of longer before too", async () => {
    await using place = await dialect.create();
    using newest = writeMigrations({ ...tables, ...color, "0002_size.expand": "alter table tasks add size text" });
    using older = writeMigrations({ ...tables, ...color });
    using oldest = writeMigrations(tables);
    await migrateDatabase(place.url, setsOf(newest));

    for (const { set } of [older, oldest]) {
      await using db = await openDatabase(place.url, { migrations: [coreMigrations, set], mustBeReady: true });
      expect(await db.ping()).toBeUndefined();
      expect(await migrateDatabase(place.url, setsOf({ set }))).toEqual([]);
    }
    const { applied, pending, problem } = await readMigrationStatus(place.url, setsOf(oldest));
    expect([applied.slice(-2), pending, problem]).toEqual([
      ["app/0001_color.expand", "app/0002_size.expand"],
      [],
      null,
    ]);
  });

  test("REL-04: one migration that may do more than add keeps all programs of before it away", async () => {
    await using place = await dialect.create();
    using newest = writeMigrations({ ...tables, ...color, ...drop });
    using older = writeMigrations({ ...tables, ...color });
    using oldest = writeMigrations(tables);
    await migrateDatabase(place.url, setsOf(newest));

    for (const { set } of [older, oldest]) {
      await expect(openDatabase(place.url, { migrations: [coreMigrations, set] })).rejects.toThrow(
        "The database is newer than this program: it has app/0002_drop, and",
      );
    }
  });

  test("an addition from another line of releases is refused, and so is a program that lacks one before it", async () => {
    await using place = await dialect.create();
    using applied = writeMigrations({ ...tables, ...color });
    using other = writeMigrations({ ...tables, "0003_size.expand": "alter table tasks add column size text" });
    await migrateDatabase(place.url, setsOf(applied));

    await expect(migrateDatabase(place.url, setsOf(other))).rejects.toThrow("newer than this program");
    using lacking = writeMigrations({ ...tables, "0000_x": "create table x (id text)" });
    await expect(migrateDatabase(place.url, setsOf(lacking))).rejects.toThrow(
      "app/0000_x was added before one that the database has already",
    );
  });

  test("what says that it only adds, and does more, is refused before anything is applied", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ ...tables, "0001_less.expand": "drop table tasks" });

    await expect(migrateDatabase(place.url, setsOf(app))).rejects.toThrow(
      'Migration app/0001_less.expand says that it only adds, but has "drop table tasks". Older programs may fail',
    );
    const { applied } = await readMigrationStatus(place.url, { migrations: [coreMigrations] });
    expect(applied).toEqual([]);
  });
});

const ofNewTable = 'create table "pets" (id text); ';

test.each([
  "create table pets (id text primary key, owner_id text references users (id) on delete cascade)",
  "-- drop table pets\ncreate index pets_id on pets (id)",
  "/* drop table pets; */ alter table pets add column name text",
  "alter table pets add name text default 'drop table; --' not null",
  'ALTER TABLE "tasks" ADD COLUMN "due_at" timestamp (3) with time zone;--> statement-breakpoint\nCREATE INDEX a ON b (c);',
  `${ofNewTable}create unique index pets_id on pets (id); alter table "pets" add constraint x check (id <> '')`,
  `${ofNewTable}CREATE FUNCTION raise() RETURNS trigger AS $$ BEGIN NEW.version := 1; RETURN NEW; END $$;
   create trigger pets_raise before update on "public"."pets" for each row execute function raise()`,
  `${ofNewTable}create trigger pets_raise after update on pets begin update pets set id = 1; update pets set id = 2; end;`,
  `${ofNewTable}insert into pets values ('a;b')`,
])("only adds: %s", (sql) => {
  expect(() => requireOnlyAdditions({ setName: "app", name: "0001_a.expand", checksum: "", sql })).not.toThrow();
});

test.each([
  "drop table pets",
  "alter table pets drop column name",
  "alter table pets rename to dogs",
  "alter table pets add column name text not null",
  "alter table pets add column name text unique",
  "alter table pets add column name text check (name <> '')",
  "alter table pets add column owner_id text references users (id)",
  "alter table pets add column owner_id text references users (id) on delete restrict",
  "alter table pets add column a text, drop column b",
  "alter table pets add constraint x unique (id)",
  "create table dogs (owner_id text references users (id))",
  "create unique index pets_id on pets (id)",
  "create or replace function raise() returns trigger as $$ begin end $$ language plpgsql",
  "create trigger pets_raise before update on pets for each row execute function raise()",
  `${ofNewTable}create trigger cats_raise after update on cats begin select 1; end;`,
  "insert into pets values (1)",
  "update pets set id = 1",
  "create index a on b (c); delete from pets",
  "create table a (b text default '--'); drop table pets",
  'create table "a--" (b text); drop table pets',
  `${ofNewTable}create trigger a after update on pets begin select case 1 when 1 then 2 end; delete from cats; end;`,
])("may do more than add: %s", (sql) => {
  const check = (name: string) => () => requireOnlyAdditions({ setName: "app", name, checksum: "", sql });

  expect(check("0001_a.expand")).toThrow("says that it only adds");
  expect(check("0001_a")).not.toThrow();
});

function setsOf({ set }: { readonly set: MigrationSet }) {
  return { migrations: [coreMigrations, set] };
}
