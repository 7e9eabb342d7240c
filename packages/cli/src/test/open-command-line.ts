import type { TestDialect } from "@app/services/databases";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";

import type { AppDatabase } from "../app-database.ts";
import { commands } from "../commands.ts";
import { runCommandLine } from "../run-command-line.ts";

import { createFakeTerminal } from "./fake-terminal.ts";

export interface Said {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** The command line in this process, on a database of its own, as a server has left it. */
export async function openCommandLine(dialect: TestDialect, environment: Readonly<Record<string, string>> = {}) {
  const place = await dialect.create();
  const db: Database = await openDatabase(place.url, { migrations: [coreMigrations] });

  const run = (words: string, input: Parameters<typeof createFakeTerminal>[0] = "") =>
    runHere(words, { input, environment: { DATABASE_URL: place.url, ...environment } });

  return {
    db,
    url: place.url,
    run,
    /** The same with `--json`; the command has to succeed. */
    async read<Json>(words: string, input = ""): Promise<Json> {
      const { code, output, errors } = await run(`${words} --json`, input);
      if (code !== 0) throw new Error(`countersign ${words} ended with ${code}: ${errors}`);
      return JSON.parse(output) as Json;
    },
    async [Symbol.asyncDispose]() {
      await db.close();
      await place[Symbol.asyncDispose]();
    },
  };
}

/** Runs a command in this process. */
export async function runHere(
  words: string,
  given: {
    readonly input: Parameters<typeof createFakeTerminal>[0];
    readonly environment: Readonly<Record<string, string>>;
    readonly app?: AppDatabase;
  },
): Promise<Said> {
  const { terminal, said } = createFakeTerminal(given.input, given.environment);
  const code = await runCommandLine(commands, words.split(" "), terminal, { app: given.app ?? null });
  // What was written last is read with the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  return { code, ...said };
}
