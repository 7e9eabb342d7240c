import type { PoolClient, QueryConfig, QueryResult } from "pg";

import { DatabaseUnavailable } from "../database.ts";

import { breaksConnection, translatePostgresError } from "./postgres-error.ts";

/** The driver takes a timeout per statement, which its typings do not know. */
export interface TimedQueryConfig extends QueryConfig<unknown[]> {
  readonly query_timeout?: number;
}

/** One statement, and whether it commits something (which is unknown when the connection is lost meanwhile). */
export interface Query extends TimedQueryConfig {
  readonly mayHaveWritten: boolean;
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
  // The server's own timeout comes first. This one is for a server that does not answer at all.
  const query_timeout = options.statementTimeoutMs + answerGraceMs;

  return {
    async query({ mayHaveWritten, ...query }) {
      // A driver whose server did not answer would go on waiting for that answer.
      if (isBroken) throw new DatabaseUnavailable("The connection to the database was lost.");
      try {
        const timed: TimedQueryConfig = { query_timeout, ...query };
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
      client.release(isBroken);
      options.onRelease();
    },
  };
}

/** How much longer than the server's own timeout an answer is waited for. */
export const answerGraceMs = 250;
