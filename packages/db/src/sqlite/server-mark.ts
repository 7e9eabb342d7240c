import { closeSync, existsSync, openSync } from "node:fs";

import Sqlite from "better-sqlite3";

import { isLocked } from "./sqlite-error.ts";
import { waitForLock } from "./wait-for-lock.ts";

/** Shows to others, for as long as it is held, that a server runs on a SQLite file. */
export interface ServerMark {
  /** Do others hold one? */
  hasOthers(): Promise<boolean>;
  release(): void;
}

/**
 * Holds a shared lock on an empty file beside the database. The system gives it up when the process ends, however that
 * happens, so nothing is left behind that says a server runs when none does.
 */
export async function holdServerMark(databaseFile: string): Promise<ServerMark> {
  const file = markOf(databaseFile);
  createEmptyFile(file);
  let held = await takeShared(file);
  return {
    async hasOthers() {
      held.close();
      const others = isHeld(file);
      held = await takeShared(file);
      return others;
    },
    release: () => held.close(),
  };
}

/** Does a server run on this SQLite file? */
export function findServerMark(databaseFile: string): boolean {
  const file = markOf(databaseFile);
  return existsSync(file) && isHeld(file);
}

function markOf(databaseFile: string): string {
  return `${databaseFile}-server`;
}

function createEmptyFile(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

async function takeShared(file: string): Promise<Sqlite.Database> {
  const mark = new Sqlite(file, { timeout: 0 });
  try {
    // Who looks holds it alone, for less than a millisecond.
    await waitForLock(() => {
      mark.exec(mark.inTransaction ? "rollback; begin" : "begin");
      // A transaction locks with its first reading.
      mark.prepare("select 1 from sqlite_schema").get();
    }, performance.now() + 1000);
    return mark;
  } catch (error) {
    mark.close();
    throw error;
  }
}

/** Nobody else may hold it for this to be given. */
function isHeld(file: string): boolean {
  const probe = new Sqlite(file, { timeout: 0 });
  try {
    probe.exec("begin exclusive");
    probe.exec("rollback");
    return false;
  } catch (error) {
    if (isLocked(error)) return true;
    throw error;
  } finally {
    probe.close();
  }
}
