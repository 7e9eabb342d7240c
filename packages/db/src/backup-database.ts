import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

import Sqlite from "better-sqlite3";

import { parseDatabaseUrl } from "./database-url.ts";
import { requireFile } from "./sqlite/require-file.ts";
import { translateSqliteError } from "./sqlite/sqlite-error.ts";

export interface BackupReport {
  readonly bytes: number;
  readonly users: number;
  /** What the backup was taken without. */
  readonly leftOut: readonly string[];
}

/**
 * Copies a SQLite database into a new file (mode 0600), while servers write to it: the state of one moment, checked, and on
 * the disk when this resolves. Sessions with their provider's tokens, and mailed links, are left out, since a backup must not bring back what has been ended
 * or used since.
 *
 * @throws DatabaseUnavailable when the disk is full or fails
 * @throws when the database is no SQLite file, there is a file at the target, or the copy is not whole; no file is left then
 */
export async function backupDatabase(url: string, file: string): Promise<BackupReport> {
  const location = parseDatabaseUrl(url);
  if (location.dialect === "postgres") throw new Error(`Postgres has its own: ${pgDump}`);
  if (location.file === null)
    throw new Error("A database in memory ends with this command. Name a file: sqlite:./path.db.");
  requireFile(location.file);
  requireFree(file);

  // Whoever finds the file under its name finds it whole.
  const partial = `${file}.partial`;
  rmSync(partial, { force: true });
  try {
    copyInto(location.file, partial);
    const report = prepare(partial);
    sync(partial);
    requireFree(file);
    renameSync(partial, file);
    sync(dirname(file));
    return report;
  } catch (error) {
    for (const each of [partial, `${partial}-journal`]) rmSync(each, { force: true });
    throw translateSqliteError(error, { mayHaveWritten: false });
  }
}

const pgDump =
  'pg_dump --format=custom --exclude-table-data=sessions --exclude-table-data=session_data --exclude-table-data=account_tokens --exclude-table-data=provider_sessions --exclude-table-data=oidc_transactions --file=backup.dump "$DATABASE_URL".';

function requireFree(file: string): void {
  if (existsSync(file))
    throw new Error(`There is a file at ${file} already. Backups are never written over: take another name.`);
}

/** In one read transaction, which on a WAL keeps nobody from writing. */
function copyInto(source: string, partial: string): void {
  closeSync(openSync(partial, "wx", 0o600));
  const sqlite = new Sqlite(source, { readonly: true, fileMustExist: true, timeout: 5000 });
  try {
    sqlite.prepare("vacuum into ?").run(partial);
  } finally {
    sqlite.close();
  }
  chmodSync(partial, 0o600);
}

/** Without what opens something, and whole. */
function prepare(partial: string): BackupReport {
  const sqlite = new Sqlite(partial, { fileMustExist: true });
  try {
    // What is deleted is written over: it is in no page that is left.
    sqlite.pragma("secure_delete = ON");
    sqlite.pragma("foreign_keys = OFF");
    const there = new Set(
      sqlite.prepare<[], string>("select name from sqlite_schema where type = 'table'").pluck().all(),
    );
    const leftOut = notKept.filter((table) => there.has(table));
    for (const table of leftOut) sqlite.exec(`delete from "${table}"`);
    // The triggers wrote down whose sessions went. One row without a name says that anything may have changed.
    if (there.has("access_changes")) {
      sqlite.exec("delete from access_changes; insert into access_changes default values");
    }
    requireWhole(sqlite);
    const users = there.has("users")
      ? (sqlite.prepare<[], number>("select count(*) from users").pluck().get() ?? 0)
      : 0;
    const pages = sqlite.pragma("page_count", { simple: true }) as number; // Pragmas of one number.
    const pageSize = sqlite.pragma("page_size", { simple: true }) as number;
    return { bytes: pages * pageSize, users, leftOut };
  } finally {
    sqlite.close();
  }
}

/** Signed-in browsers, what is kept for them, links on their way by mail, and what identity providers handed out. */
const notKept = ["session_data", "provider_sessions", "sessions", "account_tokens", "oidc_transactions"];

function requireWhole(sqlite: Sqlite.Database): void {
  // One row that says ok, or a row a fault.
  const found = (sqlite.pragma("integrity_check(5)") as { integrity_check: string }[]).map(
    (row) => row.integrity_check,
  );
  if (found.join() !== "ok")
    throw new Error(
      `The copy is not whole (${found.join("; ")}), so the database may not be either. Restore an older backup, and look at the disk.`,
    );
  const [broken] = sqlite.pragma("foreign_key_check") as { table: string; parent: string }[]; // A row a reference.
  if (broken) throw new Error(`Rows of ${broken.table} refer to rows of ${broken.parent} that are not there.`);
}

/** VACUUM INTO leaves that to its caller. */
function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
