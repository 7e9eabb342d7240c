import type { QueryResult } from "pg";

import type { RowListeners } from "../row-changes.ts";
import type { TransactionConnection } from "../run-transaction.ts";

import type { HeldConnection, Query } from "./held-connection.ts";
import type { PostgresPool } from "./pool.ts";
import { buildPostgresQueries } from "./postgres-queries.ts";
import { beginGathering, commitGathered, readGathered } from "./row-triggers.ts";

/** A transaction (`read committed`) on a connection of its own. */
export function createPostgresTransaction(pool: PostgresPool, listeners: RowListeners): TransactionConnection {
  let held: HeldConnection | null = null;
  let isGathering = false;

  function run(query: Omit<Query, "mayHaveWritten">, mayHaveWritten = false) {
    if (!held) throw new Error("The transaction has not begun.");
    return held.query({ ...query, mayHaveWritten });
  }

  async function runBoth() {
    try {
      const results: unknown = await run({ text: commitGathered }, true);
      // The cast: of several statements in one text, the driver returns a list of results.
      return results as readonly QueryResult<{ readonly gathered: string | null }>[];
    } catch (error) {
      // The first statement may have failed, and then the transaction is still open.
      held?.giveUp();
      throw error;
    }
  }

  return {
    async begin(startBy) {
      held = await pool.hold(startBy);
      isGathering = listeners.areListening;
      await run({ text: isGathering ? beginGathering : "begin" });
    },
    async commit() {
      if (!isGathering) return requireCommit(await run({ text: "commit" }, true));
      const [gathered, committed] = await runBoth();
      requireCommit(committed);
      listeners.tell(readGathered(gathered?.rows[0]?.gathered));
    },
    async rollback() {
      try {
        await run({ text: "rollback" });
      } catch {
        // The server rolls back what loses its connection.
        held?.giveUp();
      }
    },
    async execute(text) {
      await run({ text });
    },
    queries: (scope) => buildPostgresQueries((statement) => scope.use(() => run(statement))),
    release: () => held?.release(),
  };
}

function requireCommit(result: Pick<QueryResult, "command"> | undefined): void {
  // The server answers otherwise when a statement had failed; `TransactionScope` does not let it come to that.
  if (result?.command !== "COMMIT")
    throw new Error("The database rolled the transaction back instead of committing it.");
}
