import type { MaybePromise, Statement } from "../database.ts";

import type { Access } from "./access.ts";
import { isLocked, translateSqliteError } from "./sqlite-error.ts";

/**
 * A prepared read, straight on the driver: no promise, no query builder. Only when it cannot run at once, because another
 * process holds a lock or, in memory, a transaction is open on the only connection, its answer is a promise.
 */
export function prepareSqliteRead<Row>(options: {
  readonly name: string;
  readonly text: string;
  readonly access: Access;
}): Statement<Row> {
  const { name, text, access } = options;
  const statement = access.reader.sqlite.prepare<unknown[], Row>(text);
  if (!statement.reader || !statement.readonly) {
    throw new Error(`The prepared statement "${name}" is not a read. Write with a transaction.`);
  }

  return {
    all(parameters): MaybePromise<Row[]> {
      if (!access.canReadNow()) return access.read(() => statement.all(...parameters));
      try {
        return statement.all(...parameters);
      } catch (error) {
        if (!isLocked(error)) throw translateSqliteError(error, { mayHaveWritten: false });
        return access.read(() => statement.all(...parameters));
      }
    },
  };
}
