import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import type { MigrationSet } from "../index.ts";

/**
 * Another process that opens the database with the core's migrations and these, and closes it. Answers with its exit code,
 * or with the signal that ended it: it is killed as soon as `isDue` says so.
 */
export async function runMigrator(
  url: string,
  set: MigrationSet,
  isDue: () => Promise<boolean> = async () => false,
): Promise<number | NodeJS.Signals | null> {
  const { name, folders } = set;
  const plain = { name, sqlite: folders.sqlite.href, postgres: folders.postgres.href };
  const script = `
    import { coreMigrations, openDatabase } from ${JSON.stringify(new URL("../index.ts", import.meta.url).href)};
    const { name, sqlite, postgres } = JSON.parse(process.argv[2]);
    const set = { name, folders: { sqlite: new URL(sqlite), postgres: new URL(postgres) } };
    await using db = await openDatabase(process.argv[1], { migrations: [coreMigrations, set] });
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, url, JSON.stringify(plain)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const exit = once(child, "exit");
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([exit, pause(25)]);
    if (await isDue()) child.kill("SIGKILL");
  }
  return child.signalCode ?? child.exitCode;
}
