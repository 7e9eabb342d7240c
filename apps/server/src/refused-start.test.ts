import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";

import { Client } from "pg";
import { expect, test } from "vitest";

import { bundleProgram } from "@app/services";
import { describeDatabases, postgresDialect, sqliteDialect, type TestDatabase } from "@app/services/databases";
import { openDatabase, parseDatabaseUrl } from "@countersign/db";

import { startReplica } from "./test/start-replica.ts";

/** The tests' PostgreSQL does not wait for the disk, as the audit finds; here it is about other things. */
const production = { NODE_ENV: "production", PORT: "0", AUDIT_IGNORE: "durability" };

describeDatabases((dialect) => {
  test("REL-56: with a wrong variable the server ends with 78 and a line for each, and nothing was made or migrated", async () => {
    await using database = await dialect.create();

    const ended = await runServer(database, { ...production, LEASE_SECONDS: "0", PORT: "hidden" });

    expect(ended.code).toBe(78);
    expect(ended.errors.trim().split("\n").toSorted()).toEqual([
      "LEASE_SECONDS: Write a whole number from 1 to 300.",
      "PORT: Write a port from 0 to 65535.",
    ]);
    expect(ended.output).toBe("");
    expect(await isUntouched(database)).toBe(true);
  });

  test("REL-56: what the audit finds wrong stops a start in production with one line, and nothing was made or migrated", async () => {
    await using database = await dialect.create();

    const ended = await runServer(database, { ...production, PUBLIC_URL: "http://app.example.com" });

    expect(ended.code).toBe(78);
    expect(ended.errors).toMatch(/^PUBLIC_URL: .*https.*\(public-url-insecure\)\n$/);
    expect(await isUntouched(database)).toBe(true);
    // The negative control of the test below.
    const accepted = /"finding":"durability".*Accepted by AUDIT_IGNORE: fsync is off/;
    expect(accepted.test(ended.output)).toBe(dialect.name === "postgres");
  });

  test("REL-56: a server that runs on the database is not disturbed by one that is refused", async () => {
    await using database = await dialect.create();
    await using running = await startReplica({
      DATABASE_URL: database.url,
      PUBLIC_URL: "http://app.example.com",
      LEASE_SECOND: "4",
    });

    const ended = await runServer(database, { ...production, TRUST_PROXY: "0.0.0.0/0" });

    expect(ended.code).toBe(78);
    expect(ended.errors).toContain("(proxy-trusts-everyone)");
    expect(ended.errors.includes("(sqlite-shared)")).toBe(dialect.name === "sqlite");
    expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
    // Outside of production it is told, and the server starts.
    expect(running.output()).toMatch(/"finding":"development-in-public".*NODE_ENV=production/);
    expect(running.output()).toMatch(/"finding":"variable-unknown".*Did you mean LEASE_SECONDS/);
  });
});

test("a database that does not wait for its disk is refused in production", async () => {
  await using database = await postgresDialect.create();

  const refused = await runServer(database, { ...production, AUDIT_IGNORE: "" });

  expect(refused.code).toBe(78);
  expect(refused.errors).toMatch(/^fsync is off: .*\(durability\)\nfull_page_writes is off: .*\(durability\)\n$/);
});

test("REL-56: a database that is away ends it with another code than wrong settings: it is to be started again", async () => {
  const away = { url: "postgres://app@127.0.0.1:1/app" };
  const ended = await runServer(away, production);
  expect(ended.errors).toMatch(/^DATABASE_URL: .*\(database-unreachable\)\n$/);
  expect(ended.code).toBe(69);
  // A wrong setting beside it stays wrong.
  expect(await runServer(away, { ...production, TRUST_PROXY: "::ffff:0:0/96" })).toMatchObject({ code: 78 });
});

test("a server that is asked to stop while it starts ends at once, as the first process of a container too", async () => {
  await using database = await postgresDialect.create();
  using folder = mkdtempDisposableSync(join(tmpdir(), "countersign-files-"));
  const client = new Client(database.url);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => client.end());
  await client.connect();
  // As one that migrates: the server waits for it.
  await client.query("select pg_advisory_lock(hashtext('countersign_migrations'))");
  const child = spawn(process.execPath, [await bundleProgram(join(import.meta.dirname, "main.ts"))], {
    env: { NODE_ENV: "test", PORT: "0", DATABASE_URL: database.url, UPLOAD_FOLDER: folder.path },
    stdio: "ignore",
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const waiting = "select from pg_locks where locktype = 'advisory' and not granted";
  await expect.poll(async () => (await client.query(waiting)).rowCount, { timeout: 15_000 }).toBe(1);

  child.kill("SIGTERM");
  await once(child, "exit");

  // By itself: what nobody listens to, the system keeps from the first process of a container.
  expect([child.exitCode, child.signalCode]).toEqual([0, null]);
}, 30_000);

test("warnings and notices are logged as JSON, with the finding's id, and hold no secret", async () => {
  await using database = await sqliteDialect.create();
  const { output } = await runServer(database, {
    ...production,
    PUBLIC_URL: "http://app.example.com",
    REDIS_URL: "redis://:hidden-f00d-0042@127.0.0.1:1",
    REQUIRE_ORIGIN: "false",
  });

  const lines = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: number; finding: string });
  expect(lines.map(({ level, finding }) => [level, finding])).toEqual(
    expect.arrayContaining([
      [40, "origin-not-required"],
      [40, "bus-unreachable"],
      [40, "mail-missing"],
      [30, "sign-up-open"],
    ]),
  );
  expect(output).not.toContain("f00d");
});

/** Runs the server until it ends, with nothing of this process's environment. */
async function runServer({ url }: Pick<TestDatabase, "url">, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, [await bundleProgram(join(import.meta.dirname, "main.ts"))], {
    env: { DATABASE_URL: url, UPLOAD_FOLDER: uploadFolderOf(url), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: child.exitCode, output, errors };
}

async function isUntouched({ url }: TestDatabase): Promise<boolean> {
  if (existsSync(uploadFolderOf(url))) return false;
  const location = parseDatabaseUrl(url);
  if (location.dialect === "sqlite") return location.file !== null && !existsSync(location.file);
  await using db = await openDatabase(url, { migrations: [], mustBeReady: true });
  const tables = db.prepare<{ name: string }>("tables", {
    sqlite: "",
    postgres: "select tablename as name from pg_tables where schemaname = 'public'",
  });
  return (await tables.all([])).length === 0;
}

/** In a place of the test's own where there is one; else where nobody makes one. */
function uploadFolderOf(url: string): string {
  const location = parseDatabaseUrl(url);
  const folder = location.dialect === "sqlite" && location.file !== null ? dirname(location.file) : import.meta.dirname;
  return join(folder, "files-of-refused-server");
}
