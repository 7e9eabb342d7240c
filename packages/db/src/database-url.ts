import { resolve } from "node:path";

/** Where a database is, by dialect. `file` is absolute, or null for a private database in memory. */
export type DatabaseLocation =
  | { readonly dialect: "sqlite"; readonly file: string | null }
  | { readonly dialect: "postgres"; readonly url: string };

/**
 * Reads `sqlite:./path.db`, `sqlite::memory:`, `postgres://…` and `postgresql://…`.
 *
 * @throws on anything else; the message names neither user nor password
 */
export function parseDatabaseUrl(url: string): DatabaseLocation {
  if (/^postgres(ql)?:\/\//.test(url)) return { dialect: "postgres", url: parsePostgresUrl(url) };
  if (url.startsWith("sqlite:")) return { dialect: "sqlite", file: parseSqlitePath(url.slice("sqlite:".length)) };

  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0] ?? "no scheme";
  throw new Error(`The database url has ${scheme}, which is not supported. ${cure}`);
}

const cure = 'Write "sqlite:./path.db", "sqlite::memory:" or "postgres://user:password@host/database".';

function parsePostgresUrl(url: string): string {
  if (!URL.canParse(url)) {
    throw new Error(`The database url cannot be read. ${cure} Percent-encode special characters of the password.`);
  }
  return url;
}

function parseSqlitePath(path: string): string | null {
  if (path === ":memory:") return null;
  if (path === "" || path !== path.trim() || path.startsWith("//") || path.startsWith(":")) {
    throw new Error(`The path in the database url "sqlite:${path}" cannot be read. ${cure}`);
  }
  if (path.includes("?")) {
    throw new Error(`The database url "sqlite:${path}" has parameters, and none are supported. ${cure}`);
  }
  return resolve(path);
}
