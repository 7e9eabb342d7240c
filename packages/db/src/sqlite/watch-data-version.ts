import type Sqlite from "better-sqlite3";

import type { ExternalChange } from "../database.ts";
import type { OnError } from "../report.ts";

import { isLocked } from "./sqlite-error.ts";

/**
 * Looks every `pollMs` whether another connection has committed. `PRAGMA data_version` of a connection does not move with
 * its own commits, and all of this process's are made by the writer: what is seen here was done by someone else.
 */
export function watchDataVersion(
  writer: Sqlite.Database,
  options: {
    readonly pollMs: number;
    readonly onChange: (change: ExternalChange) => void;
    /** Is what is watched not the file of that name any more? */
    readonly isLost: () => boolean;
    readonly onLost: () => void;
    readonly onError: OnError;
  },
): () => void {
  const statement = writer.prepare<[], number>("PRAGMA data_version").pluck();
  let last = statement.get();

  const timer = setInterval(() => {
    // Nothing will ever be seen of what others do with the new one.
    if (options.isLost()) {
      clearInterval(timer);
      return options.onLost();
    }
    try {
      const version = statement.get();
      if (version === last) return;
      last = version;
      options.onChange({ kind: "all" });
    } catch (error) {
      // While another process holds a lock there is nothing to read yet; the version that comes after it will differ.
      if (!isLocked(error)) options.onError(error);
    }
  }, options.pollMs);
  timer.unref();
  return () => clearInterval(timer);
}
