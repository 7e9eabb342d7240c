import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";

import Sqlite from "better-sqlite3";

import { translateOpeningError } from "./sqlite-error.ts";
import { waitForLock } from "./wait-for-lock.ts";

export interface Connections {
  /** The only one that writes. */
  readonly writer: Sqlite.Database;
  /** Reads what is committed. The writer itself when the database is in memory, where nobody else can see it. */
  readonly reader: Sqlite.Database;
}

/**
 * Opens the file, and makes it (mode 0600) and its folder when they are missing. WAL with `synchronous=FULL`: what was
 * acknowledged is on the disk.
 *
 * @throws DatabaseUnavailable when another process keeps the file locked beyond the deadline (of `performance.now()`), when this
 * user may not read and write it, or it is no database
 */
export async function openConnections(file: string | null, deadline: number): Promise<Connections> {
  if (file === null) {
    const only = new Sqlite(":memory:");
    only.pragma("foreign_keys = ON");
    return { writer: only, reader: only };
  }

  try {
    return await openFile(file, deadline);
  } catch (error) {
    throw translateOpeningError(file, error);
  }
}

async function openFile(file: string, deadline: number): Promise<Connections> {
  createPrivateFile(file);
  const writer = new Sqlite(file, withoutWaiting);
  try {
    await waitForLock(() => setUpWriter(writer), deadline);
    const reader = new Sqlite(file, { ...withoutWaiting, readonly: true });
    // At most so much memory, in KiB: with SQLite's own 2 MiB, a list that is read in its index's order reads most pages anew.
    reader.pragma("cache_size = -65536");
    return { writer, reader };
  } catch (error) {
    writer.close();
    throw error;
  }
}

/** SQLite's own waiting would stop the whole process; `waitForLock` does it instead. */
const withoutWaiting = { timeout: 0 };

function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    // Only ever a new file: closing a descriptor of a file that is open elsewhere in this process would drop SQLite's locks.
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

function setUpWriter(writer: Sqlite.Database): void {
  const mode = writer.pragma("journal_mode = WAL", { simple: true });
  if (mode !== "wal") {
    throw new Error("The database's file system does not support SQLite's WAL. Keep the file on a local disk.");
  }
  writer.pragma("synchronous = FULL");
  writer.pragma("foreign_keys = ON");
  // After a burst of writes the log shrinks again.
  writer.pragma("journal_size_limit = 67108864");
}
