import { type ClientConfig, Pool, type PoolClient, type QueryConfig, type QueryResult } from "pg";

import { DatabaseUnavailable } from "../database.ts";
import { longestQueue } from "../open-options.ts";

import { breaksConnection, cannotConnect, translatePostgresError } from "./postgres-error.ts";

/** One statement, and whether it commits something (which is unknown when the connection is lost meanwhile). */
export interface Query extends TimedQueryConfig {
  readonly mayHaveWritten: boolean;
}

/** The driver takes a timeout per statement, which its typings do not know. */
export interface TimedQueryConfig extends QueryConfig<unknown[]> {
  readonly query_timeout?: number;
}

/** A connection of one's own, until it is given back. */
export interface HeldConnection {
  query(query: Query): Promise<QueryResult>;
  /** Marks the connection as broken. */
  giveUp(): void;
  /** Gives the connection back to the pool; a broken one is closed. */
  release(): void;
}

export interface PostgresPool {
  /** Runs one statement on any connection. Waiting for one counts into the time it may take. */
  query(query: Query): Promise<QueryResult>;
  hold(): Promise<HeldConnection>;
  close(): Promise<void>;
}

/** Connections to Postgres. All errors come translated. */
export function createPool(
  settings: ClientConfig,
  options: { readonly poolSize: number; readonly statementTimeoutMs: number },
): PostgresPool {
  const { statementTimeoutMs, poolSize } = options;
  const pool = new Pool({ ...settings, max: poolSize, idleTimeoutMillis: 30_000 });
  // Without listeners, a server that restarts would end this process. Nothing is lost by not hearing: an idle connection is
  // made anew when one is needed, and that of a transaction fails at its next statement.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));

  async function acquire(deadline: number): Promise<PoolClient> {
    if (pool.waitingCount >= longestQueue) {
      throw new DatabaseUnavailable(`${pool.waitingCount} statements wait for the database. Try again later.`);
    }
    const connecting = pool.connect();
    const { promise: timeout, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error("no connection came free in time"));
      // The one that comes too late goes back.
      connecting.then(
        (client) => client.release(),
        () => {},
      );
    }, deadline - performance.now());
    try {
      return await Promise.race([connecting, timeout]);
    } catch (error) {
      throw cannotConnect(error);
    } finally {
      clearTimeout(timer);
    }
  }

  async function hold(deadline: number): Promise<HeldConnection> {
    const client = await acquire(deadline);
    let isBroken = false;
    return {
      async query({ mayHaveWritten, ...query }) {
        // A driver whose server did not answer would wait for that answer first.
        if (isBroken) throw new DatabaseUnavailable("The connection to the database was lost.");
        // The server's own timeout comes first. This one is for a server that does not answer at all.
        const query_timeout = statementTimeoutMs + answerGraceMs;
        try {
          const timed: TimedQueryConfig = { query_timeout, ...query };
          return await client.query(timed);
        } catch (error) {
          isBroken ||= breaksConnection(error);
          throw translatePostgresError(error, { mayHaveWritten });
        }
      },
      giveUp: () => {
        isBroken = true;
      },
      release: () => client.release(isBroken),
    };
  }

  return {
    async query(query) {
      const deadline = performance.now() + statementTimeoutMs;
      const connection = await hold(deadline);
      try {
        const query_timeout = deadline - performance.now() + answerGraceMs;
        return await connection.query({ ...query, query_timeout });
      } finally {
        connection.release();
      }
    },
    hold: () => hold(performance.now() + statementTimeoutMs),
    close: () => pool.end(),
  };
}

const answerGraceMs = 250;
