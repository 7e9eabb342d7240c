import Sqlite from "better-sqlite3";
import { Client } from "pg";

import { monotonicMs } from "../monotonic-clock.ts";

/** A person in the database, or another program: it changes rows and tells nobody. */
export interface OutsideWriter extends AsyncDisposable {
  /** Deletes the row of a session, and returns when that was committed, by `monotonicMs`. */
  deleteSession(sessionId: string): Promise<number>;
}

export async function openOutsideWriter(databaseUrl: string): Promise<OutsideWriter> {
  return databaseUrl.startsWith("sqlite:")
    ? openSqlite(databaseUrl.slice("sqlite:".length))
    : openPostgres(databaseUrl);
}

function openSqlite(file: string): OutsideWriter {
  const sqlite = new Sqlite(file);
  sqlite.pragma("foreign_keys = ON");
  const statement = sqlite.prepare<[string]>("DELETE FROM sessions WHERE id = ?");
  return {
    async deleteSession(sessionId) {
      return expectOne(statement.run(sessionId).changes);
    },
    async [Symbol.asyncDispose]() {
      sqlite.close();
    },
  };
}

async function openPostgres(databaseUrl: string): Promise<OutsideWriter> {
  const client = new Client(databaseUrl);
  await client.connect();
  return {
    async deleteSession(sessionId) {
      const { rowCount } = await client.query("DELETE FROM sessions WHERE id = $1", [sessionId]);
      return expectOne(rowCount);
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

function expectOne(count: number | null): number {
  const at = monotonicMs();
  if (count !== 1) throw new Error(`${count} sessions were deleted instead of one.`);
  return at;
}
