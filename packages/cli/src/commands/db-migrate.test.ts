import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath, pathToFileURL } from "node:url";

import { expect, test } from "vitest";

import { bundleProgram } from "@app/services";
import { describeDatabases, type TestDialect } from "@app/services/databases";
import { coreMigrations, migrateDatabase, openDatabase } from "@countersign/db";

import { runHere } from "../test/open-command-line.ts";
import { startAppServer } from "../test/start-app-server.ts";

const api = "--api ../api";

describeDatabases((dialect) => {
  test("db migrate brings an empty database to what the app needs, says what it did, and does nothing the second time", async () => {
    await using place = await dialect.create();
    await makeEmpty(dialect, place.url);
    const run = (words: string) => runHere(words, { input: "", environment: { DATABASE_URL: place.url } });

    const before = await run(`db migrate --status --json ${api}`);
    expect(before).toMatchObject({ code: 4, errors: "" });
    expect(JSON.parse(before.output)).toMatchObject({ applied: [], problem: null });

    const done = await run(`db migrate ${api}`);
    expect(done).toMatchObject({ code: 0, errors: "" });
    expect(done.output).toMatch(/^\d+ migrations applied:\n {2}core\/0000_tables\n.*app\/0000_notes\n/s);

    const after = await run(`db migrate --status ${api}`);
    expect(after.code).toBe(0);
    expect(after.output).toMatch(/ applied, 0 missing\.\n$/);
    expect((await run(`db migrate ${api}`)).output).toBe("Nothing to apply: the database has every migration.\n");
  });

  test("REL-04: a program older than its database is refused by db migrate, and told what each of them has", async () => {
    await using place = await dialect.create();
    const run = (words: string) => runHere(words, { input: "", environment: { DATABASE_URL: place.url } });
    await migrateToTomorrow(place.url);

    const refused = await run(`db migrate ${api}`);

    expect(refused).toMatchObject({ code: 4, output: "" });
    expect(refused.errors).toMatch(
      /^The database is newer than this program: it has app\/9999_of_tomorrow, and this program ends with app\/\d{4}_\w+\. Start the newer/,
    );
    expect(await run(`db migrate --status ${api}`)).toMatchObject({ code: 4 });
  });

  test("a server with MIGRATE=check refuses a database that lacks a migration, changes nothing, and starts when it has all", async () => {
    await using place = await dialect.create();
    await makeEmpty(dialect, place.url);
    await (await openDatabase(place.url, { migrations: [coreMigrations] })).close();
    const environment = { MIGRATE: "check", DATABASE_URL: place.url };

    const refused = await startRefused(environment);
    expect(refused).toMatchObject({ code: 1, output: "" });
    expect(refused.errors).toMatch(
      /DATABASE_URL: The database lacks the migration app\/0000_notes\. Run countersign db/,
    );
    const run = (words: string) => runHere(words, { input: "", environment });
    expect((await run(`db migrate ${api}`)).output).not.toContain("core/");

    await using server = await startAppServer(place.url, environment);
    expect(server.output()).toContain("ready on");
  }, 60_000);
});

test("without an app, db migrate says where it looked", async () => {
  const { code, errors } = await runHere("db migrate", {
    input: "",
    environment: { DATABASE_URL: "sqlite:./none.db" },
  });

  expect(code).toBe(3);
  expect(errors).toMatch(
    /^There is no \/.*packages\/api\/src\/tables\.ts: the app's tables are part of the database\. Run/,
  );
});

test("an app that is given is not looked for", async () => {
  const { code, errors } = await runHere("db migrate --status", {
    input: "",
    environment: { DATABASE_URL: "sqlite:./no/such.db" },
    app: { tables: { postgres: {}, sqlite: {} }, migrations: coreMigrations },
  });

  expect(code).toBe(4);
  expect(errors).toContain("There is no database at");
});

/** A SQLite file is not made by whoever only looks. */
async function makeEmpty(dialect: TestDialect, url: string): Promise<void> {
  if (dialect.name === "sqlite") await (await openDatabase(url, { migrations: [] })).close();
}

/** As a program that has one more migration leaves it. */
async function migrateToTomorrow(url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-tomorrow-"));
  try {
    cpSync(fileURLToPath(new URL("../../../api/migrations", import.meta.url)), folder, { recursive: true });
    for (const each of ["postgres", "sqlite"]) writeFileSync(join(folder, each, "9999_of_tomorrow.sql"), "select 1");
    const folders = { postgres: pathToFileURL(`${folder}/postgres/`), sqlite: pathToFileURL(`${folder}/sqlite/`) };
    await migrateDatabase(url, { migrations: [coreMigrations, { name: "app", folders }] });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function startRefused(environment: Readonly<Record<string, string>>) {
  const entry = fileURLToPath(new URL("../../../../apps/server/src/main.ts", import.meta.url));
  const child = spawn(process.execPath, [await bundleProgram(entry)], {
    env: { NODE_ENV: "test", HOST: "127.0.0.1", PORT: "0", ...environment },
    timeout: 20_000,
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, output, errors };
}
