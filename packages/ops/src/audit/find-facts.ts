import { existsSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { createRedisBus } from "@countersign/bus";
import { coreMigrations, type MigrationSet, parseDatabaseUrl } from "@countersign/db";

import type { Environment } from "../environment/read-environment.ts";

import type { AuditFacts, DatabaseFacts } from "./audit-facts.ts";
import { inspectDatabase } from "./inspect-database.ts";

/** How long Redis may take to answer. */
const redisMs = 2000;

/**
 * Finds out about what a server would work with. Changes nothing: no file is made, no migration applied. What does not answer
 * is a finding, not an error.
 *
 * @param options.migrations the application's, beside the library's own; without them it is not known which it lacks
 */
export async function findAuditFacts(
  environment: Environment,
  options: { readonly migrations?: readonly MigrationSet[] } = {},
): Promise<AuditFacts> {
  const [database, bus] = await Promise.all([
    findDatabase(environment, options.migrations ?? []),
    findBus(environment),
  ]);
  return { database, bus, amongPages: findAmongPages(environment) };
}

async function findDatabase(
  { databaseUrl }: Environment,
  sets: readonly MigrationSet[],
): Promise<DatabaseFacts | null> {
  const location = parseDatabaseUrl(databaseUrl);
  // Another opening of it would be another database.
  if (location.dialect === "sqlite" && location.file === null) return null;
  return inspectDatabase(databaseUrl, [coreMigrations, ...sets]);
}

async function findBus({ bus }: Environment): Promise<AuditFacts["bus"]> {
  if (bus.kind !== "redis") return null;
  // What is wrong with it may repeat the URL, which holds a password.
  const redis = createRedisBus({ url: bus.url, onError: () => {} });
  for (const deadline = performance.now() + redisMs; !redis.isConnected && performance.now() < deadline;)
    await pause(20);
  const isReachable = redis.isConnected;
  await redis.close();
  return { isReachable };
}

function findAmongPages({ uploadFolder, databaseUrl }: Environment): AuditFacts["amongPages"] {
  const location = parseDatabaseUrl(databaseUrl);
  const file = location.dialect === "sqlite" ? location.file : null;
  return [
    ...(isAmongPages(uploadFolder) ? ["UPLOAD_FOLDER" as const] : []),
    ...(file !== null && isAmongPages(dirname(file)) ? ["DATABASE_URL" as const] : []),
  ];
}

/** It need not be there yet. */
function isAmongPages(folder: string): boolean {
  const path = resolve(folder);
  const real = existsSync(path) ? realpathSync(path) : path;
  if (existsSync(join(real, "index.html"))) return true;
  return dirname(real) !== real && isAmongPages(dirname(real));
}
