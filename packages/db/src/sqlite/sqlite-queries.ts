import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { SqliteRemoteDatabase, SQLiteRemoteSession } from "drizzle-orm/sqlite-proxy";

import { withBareErrors } from "../bare-errors.ts";
import type { Queries } from "../database.ts";
import { pickQueries } from "../queries.ts";

/** Runs one statement and answers with its rows as raw values. */
export type RunStatement = (text: string, parameters: readonly unknown[]) => Promise<unknown[][]>;

/** Drizzle's query builder over a function that runs statements. */
export function buildSqliteQueries(run: RunStatement): Queries {
  const session = new Session(
    async (text, parameters, method) => {
      const rows = await run(text, parameters as unknown[]);
      return { rows: method === "get" ? (rows[0] as unknown[]) : rows };
    },
    dialect,
    undefined,
  );
  const drizzle = new SqliteRemoteDatabase("async", dialect, session, undefined);
  // The one type for both dialects is Postgres' (see `Queries`); its callers use what the two builders share.
  return pickQueries(drizzle as unknown as Queries);
}

const dialect = new SQLiteAsyncDialect();

class Session extends SQLiteRemoteSession<Record<string, never>, Record<string, never>> {
  override prepareQuery: SQLiteRemoteSession<Record<string, never>, Record<string, never>>["prepareQuery"] = (
    ...parameters
  ) => withBareErrors(super.prepareQuery(...parameters));
}
