import { readFileSync } from "node:fs";

import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The database a command is about: what `--database` says, else DATABASE_URL.
 *
 * @throws Failure when neither does
 */
export function findDatabaseUrl(terminal: Terminal, option: string | null): string {
  // An empty variable is one that is not set.
  const url = option ?? (terminal.environment["DATABASE_URL"] || readFileOf(terminal.environment["DATABASE_URL_FILE"]));
  if (url === null) {
    throw new Failure(
      "usage",
      "Which database? Set DATABASE_URL to what the server has, or write --database sqlite:./path.db.",
    );
  }
  if (option !== null) warnOfPassword(terminal, "--database", option);
  return url;
}

/** As the server has it where secrets come as files. */
function readFileOf(path: string | undefined): string | null {
  if (path === undefined || path === "") return null;
  try {
    return readFileSync(path, "utf8").trim() || null;
  } catch {
    throw new Failure("usage", "DATABASE_URL_FILE: The file cannot be read. Name one that this user may read.");
  }
}

/** What stands in the words of a command is seen by others. */
export function warnOfPassword(terminal: Terminal, option: string, url: string): void {
  if (!URL.canParse(url) || new URL(url).password === "") return;
  terminal.errors.write(`Others see the password in ${option} in the list of processes. Use DATABASE_URL.\n`);
}
