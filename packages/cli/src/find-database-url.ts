import { Failure } from "./failure.ts";
import type { Terminal } from "./terminal.ts";

/**
 * The database a command is about: what `--database` says, else DATABASE_URL.
 *
 * @throws Failure when neither does
 */
export function findDatabaseUrl(terminal: Terminal, option: string | null): string {
  // An empty variable is one that is not set.
  const url = option ?? (terminal.environment["DATABASE_URL"] || null);
  if (url === null) {
    throw new Failure(
      "usage",
      "Which database? Set DATABASE_URL to what the server has, or write --database sqlite:./path.db.",
    );
  }
  if (option !== null) warnOfPassword(terminal, "--database", option);
  return url;
}

/** What stands in the words of a command is seen by others. */
export function warnOfPassword(terminal: Terminal, option: string, url: string): void {
  if (!URL.canParse(url) || new URL(url).password === "") return;
  terminal.errors.write(`Others see the password in ${option} in the list of processes. Use DATABASE_URL.\n`);
}
