import { type ClientConfig, Pool, type PoolClient, type QueryResult } from "pg";

import { type DatabaseLoad, DatabaseUnavailable } from "../database.ts";
import { longestQueue } from "../open-options.ts";
import { inTime, outOfPatience, patienceLeftMs, spendPatience } from "../patience.ts";
import { createTurnQueue } from "../turn-queue.ts";

import { answerGraceMs, type HeldConnection, holdConnection, type Query } from "./held-connection.ts";
import { cannotConnect } from "./postgres-error.ts";

export interface PostgresPool {
  /** Runs one statement on any connection. Waiting for one counts into the time it may take. */
  query(query: Query): Promise<QueryResult>;
  /**
   * The same for what must not wait behind everything else, as the check of a session: where all connections are taken, it gets
   * one of a few that are kept for it.
   */
  queryFirst(query: Query): Promise<QueryResult>;
  /** A connection for a transaction. One is always left to single statements: a body that reads by `db` may do so. */
  hold(): Promise<HeldConnection>;
  /** How long a statement may take. */
  readonly statementTimeoutMs: number;
  load(): DatabaseLoad;
  /** Waits for what is running, but not for ever. */
  close(): Promise<void>;
}

/** Connections kept for `queryFirst`, opened when they are needed. */
const reserveSize = 2;

/** Connections to Postgres. All errors come translated. */
export function createPool(
  settings: ClientConfig,
  options: { readonly poolSize: number; readonly statementTimeoutMs: number },
): PostgresPool {
  const { statementTimeoutMs, poolSize } = options;
  // The pool's own limit comes after ours, which knows whether it was a connection that failed or none that came free.
  const withLimit = { ...settings, connectionTimeoutMillis: statementTimeoutMs + answerGraceMs };
  const pool = openPool(withLimit, poolSize);
  const reserve = openPool(withLimit, reserveSize);
  // Were all connections held by transactions, those whose body waits for another one would wait for each other.
  const transactions = createTurnQueue({ places: Math.max(1, poolSize - 1), longest: longestQueue });
  const held = new Set<HeldConnection>();

  async function acquire(from: Pool, deadline: number): Promise<PoolClient> {
    if (from.waitingCount >= longestQueue) {
      throw new DatabaseUnavailable(`${from.waitingCount} statements wait for the database. Try again later.`);
    }
    const connecting = from.connect();
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

  async function hold(from: Pool, deadline: number): Promise<HeldConnection> {
    const client = await acquire(from, deadline);
    const connection = holdConnection(client, { statementTimeoutMs, onRelease: () => held.delete(connection) });
    held.add(connection);
    return connection;
  }

  /** @throws DatabaseUnavailable when there is no time left at all */
  function nextDeadline(): number {
    const withinMs = Math.min(statementTimeoutMs, patienceLeftMs());
    if (withinMs === 0) throw outOfPatience();
    return performance.now() + withinMs;
  }

  async function queryBy(from: Pool, query: Query): Promise<QueryResult> {
    const deadline = nextDeadline();
    const connection = await hold(from, deadline);
    // The server gives it up in its own time, and until then it has its connection: given up by us alone, it would run there on
    // without one, beside those that come after it.
    const answer = connection.query(query).finally(() => connection.release());
    return inTime(answer, {
      withinMs: deadline - performance.now() + answerGraceMs,
      refusal: () => notAnswered(query),
    });
  }

  async function holdInTurn(): Promise<HeldConnection> {
    const deadline = nextDeadline();
    const leave = await transactions.enter(deadline);
    try {
      const connection = await hold(pool, deadline);
      const release = () => {
        connection.release();
        leave();
      };
      return { ...connection, release };
    } catch (error) {
      leave();
      throw error;
    }
  }

  function isTaken(): boolean {
    return pool.idleCount === 0 && pool.totalCount >= poolSize;
  }

  return {
    statementTimeoutMs,
    query: (query) => spendPatience(() => queryBy(pool, query)),
    queryFirst: (query) => spendPatience(() => queryBy(isTaken() ? reserve : pool, query)),
    hold: () => spendPatience(holdInTurn),
    load() {
      const { totalCount: open, idleCount, waitingCount: waiting } = pool;
      return { connections: { open, inUse: open - idleCount, waiting }, transactionsWaiting: transactions.waiting };
    },
    async close() {
      const { promise: timeout, resolve: giveUp } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        for (const connection of held) {
          connection.giveUp();
          connection.release();
        }
        giveUp();
      }, statementTimeoutMs);
      // A connection that the network swallowed does not answer to its end either.
      await Promise.race([Promise.all([pool.end(), reserve.end()]), timeout]);
      clearTimeout(timer);
    },
  };
}

function notAnswered({ mayHaveWritten }: Query): DatabaseUnavailable {
  const message = "The database did not answer in time. Try again later.";
  return new DatabaseUnavailable(message, { outcomeUnknown: mayHaveWritten });
}

function openPool(settings: ClientConfig, most: number): Pool {
  const pool = new Pool({ ...settings, max: most, idleTimeoutMillis: 30_000 });
  // Without listeners, a server that restarts would end this process. Nothing is lost by not hearing: an idle connection is
  // made anew when one is needed, and that of a transaction fails at its next statement.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}
