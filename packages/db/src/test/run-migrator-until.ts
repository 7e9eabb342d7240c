import { spawn } from "node:child_process";
import { once } from "node:events";

import type { MigrationSet } from "../index.ts";

/**
 * Another process that migrates and kills itself, as by kill -9, at its nth statement: before it on SQLite, and on Postgres as
 * soon as it was sent. Answers whether it was killed; false means that it has no such step and came to its end.
 */
export async function runMigratorUntil(
  url: string,
  options: { readonly step: number; readonly set: MigrationSet; readonly withoutTransactions?: boolean },
): Promise<boolean> {
  const { name, folders } = options.set;
  const given = {
    url,
    step: options.step,
    withoutTransactions: options.withoutTransactions ?? false,
    set: { name, sqlite: folders.sqlite.href, postgres: folders.postgres.href },
  };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(given)], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await once(child, "exit");
  if (child.signalCode === "SIGKILL") return true;
  if (child.exitCode === 0) return false;
  throw new Error(`The migrating process ended with ${child.exitCode ?? child.signalCode}.`);
}

/** The drivers' own functions are wrapped: what the product does is what runs. */
const script = `
  import pg from "pg";
  import Sqlite from "better-sqlite3";
  import { coreMigrations } from ${JSON.stringify(new URL("../core-migrations.ts", import.meta.url).href)};
  import { migrateDatabase } from ${JSON.stringify(new URL("../migrate-database.ts", import.meta.url).href)};

  const { url, step, withoutTransactions, set } = JSON.parse(process.argv[1]);
  let steps = 0;
  const reach = () => {
    steps += 1;
    if (steps === step) process.kill(process.pid, "SIGKILL");
  };
  const wrap = (prototype, name, isSentFirst = false) => {
    const run = prototype[name];
    prototype[name] = function (...parameters) {
      if (withoutTransactions && /^(begin|commit)/.test(parameters[0])) return;
      if (!isSentFirst) reach();
      const result = run.apply(this, parameters);
      if (isSentFirst) reach();
      return result;
    };
  };
  wrap(pg.Client.prototype, "query", true);
  wrap(Sqlite.prototype, "exec");
  wrap(Sqlite.prototype, "prepare");
  wrap(Object.getPrototypeOf(new Sqlite(":memory:").prepare("select 1")), "run");

  const folders = { sqlite: new URL(set.sqlite), postgres: new URL(set.postgres) };
  await migrateDatabase(url, { migrations: [coreMigrations, { name: set.name, folders }] });
`;
