import type { MigrationSet } from "@countersign/db";
import { type AuditFacts, type Environment, findAuditFacts, readEnvironment } from "@countersign/ops";

import type { CommandContext } from "../command.ts";
import { Failure } from "../failure.ts";

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
export async function readServer({ terminal, app }: Pick<CommandContext, "terminal" | "app">): Promise<KnownServer> {
  const environment = readEnvironment({
    ...terminal.environment,
    NODE_ENV: terminal.environment["NODE_ENV"] || "production",
  });
  const own = await findAppMigrations(app);
  const facts = await findAuditFacts(environment, { migrations: own ?? [] });
  return { environment, facts: withoutTheServer(facts), knowsApp: own !== null };
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
