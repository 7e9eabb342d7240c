import type { PoolClient, QueryConfig, QueryResult } from "pg";

import { DatabaseUnavailable } from "../database.ts";

import { breaksConnection, translatePostgresError } from "./postgres-error.ts";

/** The driver takes a timeout per statement, which its typings do not know. */
export interface TimedQueryConfig extends QueryConfig<unknown[]> {
  readonly query_timeout?: number;
}

/** One statement, and whether it commits something (which is unknown when the connection is lost meanwhile). */
export interface Query extends QueryConfig<unknown[]> {
  readonly mayHaveWritten: boolean;
  /** How long it is waited for, where that is shorter than what a statement may take. A connection that is not waited for is lost. */
  readonly withinMs?: number;
}

/** A connection of one's own, until it is given back. All errors come translated. */
export interface HeldConnection {
  query(query: Query): Promise<QueryResult>;
  /** Marks the connection as broken. */
  giveUp(): void;
  /** Gives the connection back to the pool; a broken one is closed. Calling it again is fine. */
  release(): void;
}

export function holdConnection(
  client: PoolClient,
  options: { readonly statementTimeoutMs: number; readonly onRelease: () => void },
): HeldConnection {
  let isBroken = false;
  let isReleased = false;
  // The server's own timeout comes first. Ours is for a server that does not answer at all.
  const { statementTimeoutMs } = options;

  return {
    async query({ mayHaveWritten, withinMs = statementTimeoutMs, ...query }) {
      // A driver whose server did not answer would go on waiting for that answer.
      if (isBroken) throw new DatabaseUnavailable("The connection to the database was lost.");
      try {
        const query_timeout = Math.min(withinMs, statementTimeoutMs) + answerGraceMs;
        const timed: TimedQueryConfig = { ...query, query_timeout };
        return await client.query(timed);
      } catch (error) {
        isBroken ||= breaksConnection(error);
        throw translatePostgresError(error, { mayHaveWritten });
      }
    },
    giveUp() {
      isBroken = true;
    },
    release() {
      if (isReleased) return;
      isReleased = true;
      client.release(isBroken || isInTransaction(client));
      options.onRelease();
    },
  };
}

/** Whoever got it next would be in it. What ends a transaction can be cancelled before it has. */
function isInTransaction(client: PoolClient): boolean {
  const status = client.getTransactionStatus();
  return status === "T" || status === "E";
}

/** How much longer than the server's own timeout an answer is waited for. */
export const answerGraceMs = 250;
