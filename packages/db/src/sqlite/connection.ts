import type Sqlite from "better-sqlite3";

/** An open connection that keeps the statements it prepared. */
export interface Connection {
  readonly sqlite: Sqlite.Database;
  /** Runs one statement; rows come as arrays of raw values, in the order of the columns. */
  run(text: string, parameters: readonly unknown[]): unknown[][];
}

/** `kept`: how many prepared statements are kept; the one not used for longest goes first. */
export function wrapConnection(sqlite: Sqlite.Database, options: { readonly kept: number }): Connection {
  const statements = new Map<string, Sqlite.Statement>();

  function prepare(text: string): Sqlite.Statement {
    const known = statements.get(text);
    if (known) {
      statements.delete(text);
      statements.set(text, known);
      return known;
    }
    const statement = sqlite.prepare(text);
    if (statement.reader) statement.raw(true);
    statements.set(text, statement);
    if (statements.size > options.kept) {
      const [oldest] = statements.keys();
      if (oldest !== undefined) statements.delete(oldest);
    }
    return statement;
  }

  return {
    sqlite,
    run(text, parameters) {
      const statement = prepare(text);
      if (statement.reader) return statement.all(parameters) as unknown[][]; // `raw` was asked for: rows are arrays.
      statement.run(parameters);
      return [];
    },
  };
}
