import { coreMigrations, migrateDatabase, type MigrationSet, readMigrationStatus } from "@countersign/db";

import type { Answer } from "../command.ts";
import { exitCode } from "../exit-code.ts";
import { countOf } from "../report/count-of.ts";

import { orUnavailable } from "./or-unavailable.ts";

/** @throws Failure when program and database do not fit together, or a migration fails */
export async function migrateHere(url: string, own: MigrationSet): Promise<Answer> {
  const applied = await orUnavailable(migrateDatabase(url, { migrations: [coreMigrations, own] }));
  const text =
    applied.length === 0
      ? "Nothing to apply: the database has every migration."
      : `${countOf(applied.length, "migration")} applied:\n${list(applied)}`;
  return { text, json: { applied } };
}

export async function tellStatus(url: string, own: MigrationSet): Promise<Answer> {
  const status = await orUnavailable(readMigrationStatus(url, { migrations: [coreMigrations, own] }));
  const { applied, pending, problem } = status;
  const lines = [`${countOf(applied.length, "migration")} applied, ${pending.length} missing.`];
  if (pending.length > 0) lines.push(list(pending));
  if (problem !== null) lines.push(problem);
  const isReady = pending.length === 0 && problem === null;
  return { text: lines.join("\n"), json: status, exitCode: isReady ? exitCode.done : exitCode.unavailable };
}

function list(names: readonly string[]): string {
  return names.map((name) => `  ${name}`).join("\n");
}
