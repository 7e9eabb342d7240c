import { createHash } from "node:crypto";

import type { Statement } from "../database.ts";

import type { PostgresPool } from "./pool.ts";
import { sqliteValues } from "./raw-values.ts";

/** A read that the server plans once per connection, and that waits behind nothing else: see `queryFirst`. */
export function preparePostgresRead<Row>(pool: PostgresPool, options: { name: string; text: string }): Statement<Row> {
  const { text } = options;
  // The same name with another text is an error on the connection that knows the first one. 63 bytes are a name's limit.
  const name = `${options.name.slice(0, 40)}_${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
  return {
    async all(parameters) {
      const { rows } = await pool.queryFirst({
        name,
        text,
        values: [...parameters],
        types: sqliteValues,
        mayHaveWritten: false,
      });
      return rows as Row[]; // The caller names the columns in the text and in the type.
    },
  };
}
