import type { MigrationSet } from "@countersign/db";
import { type AuditFacts, type Environment, findAuditFacts, readEnvironment } from "@countersign/ops";

import type { CommandContext } from "../command.ts";
import { Failure } from "../failure.ts";
import type { Terminal } from "../terminal.ts";

export type ServerSource = Pick<CommandContext, "app" | "databaseUrl" | "terminal">;

export interface KnownServer {
  readonly environment: Environment;
  readonly facts: AuditFacts;
  /** Without the application's, it is not known which of them a database lacks. */
  readonly knowsApp: boolean;
}

/**
 * What a server with this environment would be, and what it would work with. As one in production, which a built server is
 * when nothing is said.
 *
 * @throws WrongEnvironment
 */
export async function readServer({ terminal, app, databaseUrl }: ServerSource): Promise<KnownServer> {
  const environment = readEnvironment({
    ...withDatabase(terminal.environment, findNamed(databaseUrl)),
    NODE_ENV: terminal.environment["NODE_ENV"] || "production",
  });
  const own = await findAppMigrations(app);
  const facts = await findAuditFacts(environment, { migrations: own ?? [] });
  return { environment, facts: withoutTheServer(facts), knowsApp: own !== null };
}

/** What `--database` says, else the environment; null where neither does. */
function findNamed(databaseUrl: CommandContext["databaseUrl"]): string | null {
  try {
    return databaseUrl();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/** What was named takes the place of what the environment says, a file of it included. */
function withDatabase(environment: Terminal["environment"], url: string | null): Terminal["environment"] {
  if (url === null || url === environment["DATABASE_URL"]) return environment;
  return { ...environment, DATABASE_URL: url, DATABASE_URL_FILE: undefined };
}

/** Of the servers that run on the database, one is the one that is judged. */
function withoutTheServer(facts: AuditFacts): AuditFacts {
  if (facts.database?.state !== "open") return facts;
  const { otherServers } = facts.database;
  return { ...facts, database: { ...facts.database, otherServers: Math.max(0, otherServers - 1) } };
}

/** Null where no application is at hand. */
async function findAppMigrations(app: CommandContext["app"]): Promise<readonly MigrationSet[] | null> {
  try {
    return [(await app(null)).migrations];
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
