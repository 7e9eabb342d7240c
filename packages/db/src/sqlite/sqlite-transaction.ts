import type { OnError } from "../report.ts";
import type { TransactionConnection } from "../run-transaction.ts";

import type { Access } from "./access.ts";
import { translateSqliteError } from "./sqlite-error.ts";
import { buildSqliteQueries } from "./sqlite-queries.ts";
import { waitForLock } from "./wait-for-lock.ts";

/** A transaction on the writer. It takes SQLite's write lock at once, so that no later statement has to wait for it. */
export function createSqliteTransaction(access: Access, onError: OnError): TransactionConnection {
  const { writer, rows } = access;
  let leave: (() => void) | null = null;
  let deadline = 0;

  function rollback(): void {
    rows.rollback();
    // A full or failing disk makes SQLite roll back by itself.
    if (!writer.sqlite.inTransaction) return;
    try {
      writer.run("rollback", []);
    } catch (error) {
      onError(error);
    }
  }

  return {
    async begin() {
      const turn = await access.enter();
      ({ leave, deadline } = turn);
      await translated(() => waitForLock(() => writer.run("begin immediate", []), deadline));
    },
    async commit() {
      try {
        await waitForLock(() => writer.run("commit", []), deadline);
        rows.commit();
      } catch (error) {
        access.disk.note(error);
        rollback();
        throw translateSqliteError(error, { mayHaveWritten: true });
      }
    },
    async rollback() {
      rollback();
    },
    async execute(text) {
      await translated(async () => writer.run(text, []));
    },
    queries: (scope) =>
      buildSqliteQueries((text, parameters) => scope.use(() => translated(async () => writer.run(text, parameters)))),
    release: () => leave?.(),
  };
}

async function translated<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    throw translateSqliteError(error, { mayHaveWritten: false });
  }
}
