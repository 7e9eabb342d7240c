import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { describeDatabases, sqliteDialect } from "@app/services/databases";

import { coreMigrations, type Database, type Dialect, type MigrationSet, openDatabase } from "./index.ts";
import { runMigrator } from "./test/run-migrator.ts";
import { tableNames } from "./test/table-names.ts";
import { writeMigrations } from "./test/write-migrations.ts";

describeDatabases((dialect) => {
  test("two processes that start at once on an empty database both come up, and each migration is applied once", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": counters, "0001_count": "insert into counters values (1)" });
    const open = () => openDatabase(place.url, { migrations: [coreMigrations, app.set] });

    const [first, second, ...exitCodes] = await Promise.all([
      open(),
      open(),
      runMigrator(place.url, app.set),
      runMigrator(place.url, app.set),
    ]);
    await using db = first;
    await second.close();

    expect(exitCodes).toEqual([0, 0]);
    expect(await rowsOf(db, "counters")).toHaveLength(1);
    expect(await rowsOf(db, "countersign_migrations")).toMatchObject([
      { set_name: "core", name: "0000_tables" },
      { set_name: "core", name: "0001_triggers" },
      { set_name: "core", name: "0002_account" },
      { set_name: "core", name: "0003_users_email" },
      { set_name: "core", name: "0004_stored_files" },
      { set_name: "core", name: "0005_replaced_tokens" },
      ...(dialect.name === "sqlite" ? [{ set_name: "core", name: "0006_access_changes" }] : []),
      { set_name: "core", name: dialect.name === "sqlite" ? "0007_identities" : "0006_identities" },
      ...(dialect.name === "sqlite" ? [{ set_name: "core", name: "0008_identities_by_hand" }] : []),
      { set_name: "core", name: `${dialect.name === "sqlite" ? "0009" : "0007"}_proven_identities.expand` },
      ...(dialect.name === "sqlite" ? [{ set_name: "core", name: "0010_groups_put_in_place" }] : []),
      { set_name: "app", name: "0000_counters" },
      { set_name: "app", name: "0001_count" },
    ]);
  });

  test("opening again applies what is new and nothing twice", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": counters });
    await (await openDatabase(place.url, { migrations: [coreMigrations, app.set] })).close();
    app.write("0001_count", "insert into counters values (1)");

    await (await openDatabase(place.url, { migrations: [coreMigrations, app.set] })).close();
    await using db = await openDatabase(place.url, { migrations: [coreMigrations, app.set] });

    expect(await rowsOf(db, "counters")).toHaveLength(1);
  });

  test("a program without the application's migrations may open its database", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": counters });
    await (await openDatabase(place.url, { migrations: [coreMigrations, app.set] })).close();

    await using db = await openDatabase(place.url, { migrations: [coreMigrations] });

    expect(await rowsOf(db, "counters")).toEqual([]);
  });

  test("a migration that was edited after it had been applied is refused, whatever its line ends", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": `-- one\n${counters}` });
    const open = () => openDatabase(place.url, { migrations: [coreMigrations, app.set] });
    await (await open()).close();

    app.write("0000_counters", `-- one\r\n${counters}`);
    await (await open()).close();
    app.write("0000_counters", `-- two\n${counters}`);
    await expect(open()).rejects.toThrow("Migration app/0000_counters was edited after it had been applied");
  });

  test("REL-04: a program older than its database refuses with a clear line and changes nothing", async () => {
    await using place = await dialect.create();
    using newer = writeMigrations({ "0000_counters": counters, "0001_more": "insert into counters values (1)" });
    using older = writeMigrations({ "0000_counters": counters });
    await (await openDatabase(place.url, { migrations: [coreMigrations, newer.set] })).close();

    await expect(openDatabase(place.url, { migrations: [coreMigrations, older.set] })).rejects.toThrow(
      "The database is newer than this program: it has app/0001_more, and this program ends with app/0000_counters. Start",
    );
  });

  test("a migration that sorts before an applied one is refused", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0001_counters": counters });
    const open = () => openDatabase(place.url, { migrations: [coreMigrations, app.set] });
    await (await open()).close();

    app.write("0000_late", "insert into counters values (1)");

    await expect(open()).rejects.toThrow("app/0000_late was added before one that the database has already");
  });

  test("a migration that fails in its middle leaves nothing of itself, keeps those before it, and is named", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({
      "0000_counters": counters,
      "0001_broken":
        "create table half (id integer); insert into counters values (1); insert into no_such_table values (1)",
    });
    const open = () => openDatabase(place.url, { migrations: [coreMigrations, app.set] });

    await expect(open()).rejects.toThrow(/^Migration app\/0001_broken failed and left nothing behind: .*no_such_table/);

    expect(await tableNames(place.url)).toContain("counters");
    expect(await tableNames(place.url)).not.toContain("half");
    app.write("0001_broken", "insert into counters values (2)");
    await using db = await open();
    expect(await rowsOf(db, "counters")).toEqual([{ id: 2 }]);
  });

  test("REL-04: a process killed in the middle of a migration leaves nothing half, and the next one finishes", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": counters, "0001_slow": slow[dialect.name] });
    const end = await runMigrator(place.url, app.set, async () => {
      if (!(await tableNames(place.url)).includes("counters")) return false;
      await pause(100);
      return true;
    });
    expect(end).toBe("SIGKILL");

    app.write("0001_slow", "insert into counters values (2)");
    await using db = await openDatabase(place.url, { migrations: [coreMigrations, app.set] });

    expect(await tableNames(place.url)).not.toContain("half");
    expect(await rowsOf(db, "counters")).toEqual([{ id: 2 }]);
  });

  test("an empty list of migrations leaves the database as it is", async () => {
    await using place = await dialect.create();

    await (await openDatabase(place.url, { migrations: [] })).close();

    expect(await tableNames(place.url)).toEqual([]);
  });

  test("a program that must find the database ready refuses an empty or older one, and leaves it as it is", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({ "0000_counters": counters });
    const open = (migrations: MigrationSet[]) => openDatabase(place.url, { migrations, mustBeReady: true });
    await (await openDatabase(place.url, { migrations: [] })).close();

    await expect(open([coreMigrations])).rejects.toThrow(
      "The database lacks the migration core/0000_tables. Run countersign db migrate",
    );
    expect(await tableNames(place.url)).toEqual([]);

    await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
    await (await open([coreMigrations])).close();
    await expect(open([coreMigrations, app.set])).rejects.toThrow("lacks the migration app/0000_counters");
    expect(await tableNames(place.url)).not.toContain("counters");
  });

  test("two sets of one name are an error", async () => {
    await using place = await dialect.create();

    await expect(openDatabase(place.url, { migrations: [coreMigrations, coreMigrations] })).rejects.toThrow(
      'Two migration sets are named "core"',
    );
  });

  test("a set without files is an error: it was not published, or its folder is wrong", async () => {
    await using place = await dialect.create();
    using app = writeMigrations({});

    await expect(openDatabase(place.url, { migrations: [app.set] })).rejects.toThrow('"app" has no .sql files');
  });
});

test("sqlite: a migration that rebuilds a table keeps the rows that refer to it, and one that breaks references is refused", async () => {
  await using place = await sqliteDialect.create();
  using app = writeMigrations({
    "0000_tables": `create table owners (id text primary key); insert into owners values ('ann');
      create table pets (owner_id text not null references owners (id) on delete cascade); insert into pets values ('ann')`,
  });
  const open = () => openDatabase(place.url, { migrations: [coreMigrations, app.set] });
  await (await open()).close();

  app.write(
    "0001_rebuild",
    `create table new_owners (id text primary key, name text); insert into new_owners (id) select id from owners;
     drop table owners; alter table new_owners rename to owners`,
  );
  await using db = await open();
  expect(await rowsOf(db, "pets")).toEqual([{ owner_id: "ann" }]);

  // The connection that migrated enforces references again.
  const orphan = db.insert(db.tables.userPermissions).values({ userId: "nobody", permission: "p" });
  await expect(orphan).rejects.toThrow("FOREIGN KEY");

  app.write("0002_breaks", "delete from owners");
  await expect(open()).rejects.toThrow("rows of pets would refer to missing rows of owners");
  expect(await rowsOf(db, "owners")).toHaveLength(1);
});

test("sqlite: a program that must find the database ready makes no file where there is none", async () => {
  await using place = await sqliteDialect.create();

  const open = openDatabase(place.url, { migrations: [coreMigrations], mustBeReady: true });

  await expect(open).rejects.toThrow(/^There is no database at \/.*test\.db\. Correct the path, or make one/);
  expect(existsSync(place.url.slice("sqlite:".length))).toBe(false);
});

const counters = "create table counters (id integer)";

/** Makes a table, and then does not come to an end for a while. */
const slow: Record<Dialect, string> = {
  postgres: "create table half (id integer); insert into counters values (1); select pg_sleep(2)",
  sqlite: `create table half (id integer); insert into counters values (1);
    insert into half with recursive n (i) as (select 1 union all select i + 1 from n where i < 2000000000) select max(i) from n`,
};

async function rowsOf(db: Database, table: string): Promise<unknown[]> {
  const text = `select * from ${table}`;
  return db.prepare<unknown>(`rows_of_${table}`, { sqlite: text, postgres: text }).all([]);
}
