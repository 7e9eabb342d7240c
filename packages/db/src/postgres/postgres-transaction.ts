import type { QueryResult } from "pg";

import { outOfPatience, patienceLeftMs, spendPatience } from "../patience.ts";
import type { RowListeners } from "../row-changes.ts";
import type { TransactionConnection } from "../run-transaction.ts";

import type { HeldConnection, Query } from "./held-connection.ts";
import type { PostgresPool } from "./pool.ts";
import { buildPostgresQueries } from "./postgres-queries.ts";
import { beginGathering, commitGathered, readGathered } from "./row-triggers.ts";

/**
 * A transaction (`read committed`) on a connection of its own. Its end is waited for as long as any statement, whatever patience
 * is left: otherwise nobody would know what it came to.
 */
export function createPostgresTransaction(pool: PostgresPool, listeners: RowListeners): TransactionConnection {
  let held: HeldConnection | null = null;
  let isGathering = false;

  async function send(query: Query) {
    const connection = held;
    if (!connection) throw new Error("The transaction has not begun.");
    return spendPatience(() => connection.query(query));
  }

  async function run(query: Omit<Query, "mayHaveWritten" | "withinMs">) {
    const withinMs = patienceLeftMs();
    if (withinMs === 0) throw outOfPatience();
    return send({ ...query, mayHaveWritten: false, withinMs });
  }

  async function runBoth() {
    try {
      const results: unknown = await send({ text: commitGathered, mayHaveWritten: true });
      // The cast: of several statements in one text, the driver returns a list of results.
      return results as readonly QueryResult<{ readonly gathered: string | null }>[];
    } catch (error) {
      // The first statement may have failed, and then the transaction is still open.
      held?.giveUp();
      throw error;
    }
  }

  return {
    async begin() {
      held = await pool.hold();
      isGathering = listeners.areListening;
      const begin = isGathering ? beginGathering : "begin";
      const leftMs = Math.ceil(patienceLeftMs());
      try {
        await run({ text: leftMs < pool.statementTimeoutMs - briefMs ? `${begin}; ${limitTo(leftMs)}` : begin });
      } catch (error) {
        // The first statement may have been done, and then a transaction is open that nobody would end.
        held.giveUp();
        throw error;
      }
    },
    async commit() {
      if (!isGathering) return requireCommit(await send({ text: "commit", mayHaveWritten: true }));
      const [gathered, committed] = await runBoth();
      requireCommit(committed);
      listeners.tell(readGathered(gathered?.rows[0]?.gathered));
    },
    async rollback() {
      try {
        await send({ text: "rollback", mayHaveWritten: false });
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

/** What was waited for no longer than that takes nothing off the times that the server knows. */
const briefMs = 100;

/** Lets the server itself give up in time: a statement that only we gave up would go on, and keep its locks, without us. */
function limitTo(leftMs: number): string {
  return `select set_config(name, least(nullif(setting::bigint, 0), ${Math.max(1, leftMs)})::text, true) from pg_settings
    where name in ('lock_timeout', 'statement_timeout')`;
}

function requireCommit(result: Pick<QueryResult, "command"> | undefined): void {
  // The server answers otherwise when a statement had failed; `TransactionScope` does not let it come to that.
  if (result?.command !== "COMMIT")
    throw new Error("The database rolled the transaction back instead of committing it.");
}
