import type { TransactionConnection } from "../run-transaction.ts";

import type { HeldConnection, Query } from "./held-connection.ts";
import type { PostgresPool } from "./pool.ts";
import { buildPostgresQueries } from "./postgres-queries.ts";

/** A transaction (`read committed`) on a connection of its own. */
export function createPostgresTransaction(pool: PostgresPool): TransactionConnection {
  let held: HeldConnection | null = null;

  function run(query: Omit<Query, "mayHaveWritten">, mayHaveWritten = false) {
    if (!held) throw new Error("The transaction has not begun.");
    return held.query({ ...query, mayHaveWritten });
  }

  return {
    async begin() {
      held = await pool.hold();
      await run({ text: "begin" });
    },
    async commit() {
      const { command } = await run({ text: "commit" }, true);
      // The server answers so when a statement had failed; `TransactionScope` does not let it come to that.
      if (command !== "COMMIT") throw new Error("The database rolled the transaction back instead of committing it.");
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
