import type { CurrentTransaction } from "./current-transaction.ts";
import { DatabaseUnavailable, type Dialect, type Queries, type Transaction } from "./database.ts";
import { inTime, withoutPatience } from "./patience.ts";
import type { OnError } from "./report.ts";
import type { CoreTables } from "./schema/tables.ts";
import { TransactionScope } from "./transaction-scope.ts";

/** One connection, held for as long as the transaction lasts. */
export interface TransactionConnection {
  /**
   * Waits for the connection and begins.
   *
   * @throws DatabaseUnavailable when it cannot begin in time
   */
  begin(): Promise<void>;
  /** @throws DatabaseUnavailable with `outcomeUnknown` when nobody can say whether the commit happened */
  commit(): Promise<void>;
  /** Never throws: a connection that cannot roll back is given up, which rolls back too. */
  rollback(): Promise<void>;
  /** Runs a statement without a result, such as `savepoint …`. */
  execute(text: string): Promise<void>;
  queries(scope: TransactionScope): Queries;
  /** Lets the next one have the connection. Called once, whatever happened. */
  release(): void;
}

type Effect = () => void;

/** A transaction on either dialect: begins, runs the body, commits or rolls back, then runs the effects. */
export async function runTransaction<Tables extends CoreTables, Result>(options: {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly connection: TransactionConnection;
  readonly current: CurrentTransaction;
  readonly transactionTimeoutMs: number;
  readonly onError: OnError;
  readonly body: (tx: Transaction<Tables>) => Promise<Result>;
}): Promise<Result> {
  const { connection } = options;
  const effects: Effect[] = [];
  try {
    await connection.begin();
    const result = await runBody({ ...options, effects });
    await connection.commit();
    // Before the release, so that the effects of transactions run in the order of their commits.
    withoutPatience(() => runEffects(effects, options.onError));
    return result;
  } finally {
    connection.release();
  }
}

async function runBody<Tables extends CoreTables, Result>(
  options: Parameters<typeof runTransaction<Tables, Result>>[0] & { readonly effects: Effect[] },
): Promise<Result> {
  const { connection, current, body } = options;
  const scope = new TransactionScope();
  try {
    const tx = createTransaction({ ...options, scope, depth: 1 });
    const result = await inTime(
      current.run(scope, () => body(tx)),
      { withinMs: options.transactionTimeoutMs, refusal: () => tookTooLong(options.transactionTimeoutMs) },
    );
    // A body that swallowed a failure, or left a savepoint open, did not do all of its work: none is kept.
    scope.requireUsable();
    scope.end();
    return result;
  } catch (error) {
    scope.end();
    await connection.rollback();
    throw error;
  }
}

/** What the body still does after its time is up fails: its scope has ended. */
function tookTooLong(timeoutMs: number): DatabaseUnavailable {
  return new DatabaseUnavailable(`The transaction did not end within ${timeoutMs} ms, so it was rolled back.`);
}

function createTransaction<Tables extends CoreTables>(options: {
  readonly dialect: Dialect;
  readonly tables: Tables;
  readonly connection: TransactionConnection;
  readonly scope: TransactionScope;
  readonly effects: Effect[];
  readonly depth: number;
}): Transaction<Tables> {
  const { dialect, tables, connection, scope, effects, depth } = options;

  async function savepoint<Result>(body: (tx: Transaction<Tables>) => Promise<Result>): Promise<Result> {
    const name = `savepoint_${depth}`;
    const effectsBefore = effects.length;
    await scope.use(() => connection.execute(`savepoint ${name}`));
    const inner = scope.enter();
    try {
      const result = await body(createTransaction({ ...options, scope: inner, depth: depth + 1 }));
      inner.requireUsable();
      inner.end();
      await scope.use(() => connection.execute(`release savepoint ${name}`));
      return result;
    } catch (error) {
      inner.end();
      effects.length = effectsBefore;
      await scope.use(() => connection.execute(`rollback to savepoint ${name}`));
      await scope.use(() => connection.execute(`release savepoint ${name}`));
      throw error;
    }
  }

  return {
    ...connection.queries(scope),
    dialect,
    tables,
    afterCommit(effect) {
      scope.requireUsable();
      effects.push(effect);
    },
    savepoint,
  };
}

/** The commit stands, whatever an effect does: one that throws is reported and does not keep the others from running. */
function runEffects(effects: readonly Effect[], onError: OnError): void {
  for (const effect of effects) {
    try {
      const outcome: unknown = effect();
      if (outcome instanceof Promise) outcome.catch(onError);
    } catch (error) {
      onError(error);
    }
  }
}
