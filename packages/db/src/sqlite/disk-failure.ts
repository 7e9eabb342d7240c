import Sqlite from "better-sqlite3";

import { DatabaseUnavailable } from "../database.ts";

/** What happens once the disk does not keep what is written to it. */
export interface DiskFailure {
  /** Looks whether an error of a commit says so, the first time. */
  note(error: unknown): void;
  /** The file is not there any more: see `rememberFile`. */
  noteLostFile(): void;
  readonly hasHappened: boolean;
  /** @throws DatabaseUnavailable once it has happened */
  refuse(): void;
}

/**
 * After a failed fsync nobody knows what is on the disk: Linux may have dropped the pages it could not write, and says that
 * all is well the next time. So nothing is tried again: everything is refused from then on, and the process is to end. What it
 * starts again from is what the log on the disk holds.
 */
export function createDiskFailure(onDiskFailure: (error: DatabaseUnavailable) => void): DiskFailure {
  let failure: DatabaseUnavailable | null = null;

  function fail(error: DatabaseUnavailable): void {
    if (failure !== null) return;
    failure = error;
    onDiskFailure(failure);
  }

  return {
    note(error) {
      if (!isFailedSync(error)) return;
      fail(
        new DatabaseUnavailable("The disk did not take what was written. The server must start again.", {
          cause: error,
        }),
      );
    },
    noteLostFile() {
      fail(
        new DatabaseUnavailable(
          "The database's file was replaced or removed while it was open. The server must start again; stop it before a backup is restored.",
        ),
      );
    },
    get hasHappened() {
      return failure !== null;
    },
    refuse() {
      if (failure !== null) throw new DatabaseUnavailable(failure.message, { cause: failure });
    },
  };
}

function isFailedSync(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && /^SQLITE_IOERR_(DIR_)?FSYNC$/.test(error.code);
}
