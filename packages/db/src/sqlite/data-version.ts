import type { Access } from "./access.ts";
import { isLocked, translateSqliteError } from "./sqlite-error.ts";

/**
 * Reads `PRAGMA data_version` of the reading connection, which moves with every commit of any other connection, this
 * process's writer among them. It compares the log's head in shared memory: a third of what the smallest query costs.
 */
export function createDataVersion({ reader, writer }: Access): (() => number | null) | null {
  // The only connection of a database in memory is not told of its own commits.
  if (reader === writer) return null;
  const statement = reader.sqlite.prepare<[], number>("PRAGMA data_version").pluck();

  return () => {
    try {
      return statement.get() ?? null;
    } catch (error) {
      // Nobody can say what the other process is about to commit.
      if (isLocked(error)) return null;
      throw translateSqliteError(error, { mayHaveWritten: false });
    }
  };
}
