import { trackCurrentTransaction } from "../current-transaction.ts";
import type { Database } from "../database.ts";
import { migrate } from "../migrate.ts";
import { migrationLockTimeoutMs, type OpenOptions } from "../open-options.ts";
import { isRead } from "../queries.ts";
import { createRowListeners } from "../row-changes.ts";
import { runTransaction } from "../run-transaction.ts";
import type { CoreTables } from "../schema/tables.ts";

import { connectionSettings } from "./connection-settings.ts";
import { createPool } from "./pool.ts";
import { openPostgresMigrationStore } from "./postgres-migrations.ts";
import { buildPostgresQueries } from "./postgres-queries.ts";
import { preparePostgresRead } from "./postgres-statement.ts";
import { createPostgresTransaction } from "./postgres-transaction.ts";
import { installRowTriggers } from "./row-triggers.ts";
import { countServerMarks } from "./server-mark.ts";
import { watchNotifications } from "./watch-notifications.ts";

/** Connects to Postgres and applies what migrations are missing. */
export async function openPostgres<Tables extends CoreTables>(
  url: string,
  options: OpenOptions<Tables>,
): Promise<Database<Tables>> {
  const { tables, transactionTimeoutMs, onError } = options;
  const settings = connectionSettings(url, options);
  await using store = await openPostgresMigrationStore(settings, { lockTimeoutMs: migrationLockTimeoutMs });
  const { migrations: sets, mustBeReady, now } = options;
  await migrate(store, { dialect: "postgres", sets, mustBeReady, now });

  const pool = createPool(settings, options);
  const current = trackCurrentTransaction();
  const watches = new Set<() => Promise<void>>();
  const listeners = createRowListeners(onError);
  let closing: Promise<void> | null = null;

  async function closeAll(): Promise<void> {
    await Promise.all([...watches].map((stop) => stop()));
    await pool.close();
  }

  const close = () => (closing ??= closeAll());

  return {
    ...buildPostgresQueries(async (statement) => {
      const mayHaveWritten = !isRead(statement.text);
      if (mayHaveWritten) current.refuse("A write by `db`");
      return pool.query({ ...statement, mayHaveWritten });
    }),
    dialect: "postgres",
    tables,
    patienceMs: options.statementTimeoutMs,
    async transaction(body) {
      current.refuse("A transaction by `db`");
      const connection = createPostgresTransaction(pool, listeners);
      const common = { tables, connection, current, transactionTimeoutMs, onError };
      return runTransaction({ dialect: "postgres", ...common, body });
    },
    prepare: (name, text) => preparePostgresRead(pool, { name, text: text.postgres }),
    dataVersion: null,
    followAccess: null,
    load: () => pool.load(),
    async ping() {
      await pool.query({ text: "select 1", mayHaveWritten: false });
    },
    async watchExternalChanges(onChange, { onLost = () => {} }) {
      const stop = await watchNotifications(settings, { onChange, onLost, onError });
      watches.add(stop);
      return async () => {
        watches.delete(stop);
        await stop();
      };
    },
    async countOtherServers() {
      const { rows } = await pool.query({ text: countServerMarks, mayHaveWritten: false });
      const [counted] = rows as { count: number }[]; // The text says so.
      return Math.max(0, (counted?.count ?? 0) - watches.size);
    },
    async watchRows(watched, onChange) {
      await installRowTriggers(settings, watched);
      return listeners.add(onChange);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
