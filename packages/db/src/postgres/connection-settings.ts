import type { ClientConfig } from "pg";

import type { OpenOptions } from "../open-options.ts";
import type { CoreTables } from "../schema/tables.ts";

type Timeouts = Pick<OpenOptions<CoreTables>, "lockTimeoutMs" | "statementTimeoutMs">;

/** What every connection is opened with, those of the pool, the listener and the migrations. The url has the last word. */
export function connectionSettings(url: string, timeouts: Timeouts): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: "countersign",
    connectionTimeoutMillis: timeouts.statementTimeoutMs,
    statement_timeout: timeouts.statementTimeoutMs,
    lock_timeout: timeouts.lockTimeoutMs,
    // A body that waits for something else must not hold its locks for ever.
    idle_in_transaction_session_timeout: timeouts.statementTimeoutMs * 6,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
