import Sqlite from "better-sqlite3";

import { DatabaseUnavailable, UniqueViolation } from "../database.ts";

/** Is the database, or a part of it, locked by another process at the moment? */
export function isLocked(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(error.code);
}

/**
 * The error as the package promises it. `mayHaveWritten` tells that the statement commits: when the disk fails then, nobody
 * can say what a later start will find.
 */
export function translateSqliteError(error: unknown, options: { readonly mayHaveWritten: boolean }): unknown {
  if (!(error instanceof Sqlite.SqliteError)) return translateClosed(error);

  if (error.code === "SQLITE_CONSTRAINT_UNIQUE" || error.code === "SQLITE_CONSTRAINT_PRIMARYKEY") {
    return new UniqueViolation(error.message.replace(/^UNIQUE constraint failed: /, ""));
  }
  if (isLocked(error)) return new DatabaseUnavailable("The database is locked by another process.", { cause: error });
  if (error.code === "SQLITE_FULL")
    return new DatabaseUnavailable("The disk of the database is full.", { cause: error });
  if (error.code === "SQLITE_NOTADB")
    return new DatabaseUnavailable("The file is no SQLite database. Name another one.", { cause: error });
  if (/^SQLITE_(IOERR|CANTOPEN|READONLY)/.test(error.code)) {
    const outcomeUnknown = options.mayHaveWritten;
    return new DatabaseUnavailable(`The disk of the database fails: ${error.message}.`, {
      cause: error,
      outcomeUnknown,
    });
  }
  return error;
}

/**
 * The same for a file that is to be opened: in whose way a folder is, or that this user may not read and write, is nobody's
 * disk that fails.
 */
export function translateOpeningError(file: string, error: unknown): unknown {
  const reason = findObstacle(error);
  if (reason === null) return translateSqliteError(error, { mayHaveWritten: false });
  const message = `${file} cannot be opened as a database (${reason}). Name a file that this user may read and write, in a folder of its own.`;
  return new DatabaseUnavailable(message, { cause: error });
}

function findObstacle(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const code = String(error.code);
  if (/^SQLITE_(NOTADB|CANTOPEN|READONLY|PERM)/.test(code)) return error.message;
  return /^(EACCES|EPERM|EROFS|ENOTDIR|EISDIR|EEXIST|ENOENT)$/.test(code) ? code : null;
}

function translateClosed(error: unknown): unknown {
  const isClosed = error instanceof TypeError && error.message === "The database connection is not open";
  return isClosed ? new DatabaseUnavailable("The database was closed.", { cause: error }) : error;
}
