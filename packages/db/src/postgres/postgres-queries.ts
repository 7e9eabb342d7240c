import { NodePgDatabase, type NodePgClient, NodePgSession } from "drizzle-orm/node-postgres";
import { PgDialect } from "drizzle-orm/pg-core";
import type { QueryResult } from "pg";

import { withBareErrors } from "../bare-errors.ts";
import type { Queries } from "../database.ts";
import { pickQueries } from "../queries.ts";

import { drizzleValues } from "./raw-values.ts";

/** A statement as drizzle hands it to the driver. */
export interface DrizzleStatement {
  readonly text: string;
  readonly values: unknown[];
  readonly rowMode: "array";
  readonly types: typeof drizzleValues;
}

/** Drizzle's query builder over a function that runs statements. */
export function buildPostgresQueries(run: (statement: DrizzleStatement) => Promise<QueryResult>): Queries {
  const client = {
    query: ({ text, rowMode }: DrizzleStatement, values: unknown[]) =>
      run({ text, rowMode, values, types: drizzleValues }),
  };
  // The session calls nothing but `query` of its client, and drizzle's transactions are not used.
  const session = new Session(client as unknown as NodePgClient, dialect, undefined);
  return pickQueries(new NodePgDatabase(dialect, session, undefined));
}

const dialect = new PgDialect();

class Session extends NodePgSession<Record<string, never>, Record<string, never>> {
  override prepareQuery: NodePgSession<Record<string, never>, Record<string, never>>["prepareQuery"] = (
    ...parameters
  ) => withBareErrors(super.prepareQuery(...parameters));
}
