import { hostname, userInfo } from "node:os";

import { createOperator, type Operator } from "@countersign/auth";
import { createMemoryBus } from "@countersign/bus";
import { Settings } from "@countersign/contract";
import { coreMigrations, openDatabase } from "@countersign/db";
import { chooseOidc } from "@countersign/ops";

import { Failure } from "./failure.ts";
import { findDatabaseUrl } from "./find-database-url.ts";
import type { Terminal } from "./terminal.ts";

export interface OpenOperator extends AsyncDisposable {
  readonly operator: Operator;
}

/**
 * Opens the database the server works with, as it is: a missing one is not made, and an older one is not migrated, which
 * is the server's part. Servers that run on it notice every change.
 *
 * @throws Failure when no database is named, it can't be opened, or a setting is wrong
 */
export async function openOperator(terminal: Terminal, databaseUrl: string | null): Promise<OpenOperator> {
  const url = findDatabaseUrl(terminal, databaseUrl);
  const environment = withoutEmpty(terminal.environment);
  const settings = readSettings(environment);
  // Providers that are set up wrongly are none: the server says so, and the commands that need them are the more careful.
  const oidc = chooseOidc(environment, { keys: [], isProduction: false }).choice;
  const onError = (error: unknown) => terminal.errors.write(`${messageOf(error)}\n`);
  const db = await openDatabase(url, { migrations: [coreMigrations], mustBeReady: true, poolSize: 2, onError }).catch(
    (error: unknown) => Promise.reject(new Failure("unavailable", messageOf(error), { cause: error })),
  );
  // A bus of its own: what this process changes, servers hear of from the database.
  const operator = createOperator({ db, bus: createMemoryBus(), settings, oidc, actor: describeActor(), onError });

  return {
    operator,
    async [Symbol.asyncDispose]() {
      await operator.flush();
      await db.close();
    },
  };
}

/** The rules of accounts are the server's where the environment is. */
function readSettings(environment: Readonly<Record<string, string>>): Settings {
  const parsed = Settings.safeParse(environment);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Failure("usage", lines.join("\n"));
}

/** An empty variable is one that is not set. */
function withoutEmpty(environment: Terminal["environment"]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? "") !== ""),
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** In the audit log: that it was the command line, and whose. */
function describeActor() {
  return { id: null, name: "cli", userAgent: `countersign by ${systemUser()} on ${hostname()}` };
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a number that has no name.
    return String(process.getuid?.() ?? "somebody");
  }
}
