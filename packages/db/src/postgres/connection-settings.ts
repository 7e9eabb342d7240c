import type { ClientConfig } from "pg";

import type { OpenOptions } from "../open-options.ts";
import type { CoreTables } from "../schema/tables.ts";

type Timeouts = Pick<OpenOptions<CoreTables>, "lockTimeoutMs" | "statementTimeoutMs" | "transactionTimeoutMs">;

/** What every connection is opened with, those of the pool, the listener and the migrations. The url has the last word. */
export function connectionSettings(url: string, timeouts: Timeouts): ClientConfig {
  return {
    connectionString: url,
    fallback_application_name: "countersign",
    connectionTimeoutMillis: timeouts.statementTimeoutMs,
    statement_timeout: timeouts.statementTimeoutMs,
    lock_timeout: timeouts.lockTimeoutMs,
    // Should this process hang, or its network, the locks of its transactions are released by the server.
    idle_in_transaction_session_timeout: timeouts.transactionTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
