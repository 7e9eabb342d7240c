import { setTimeout as pause } from "node:timers/promises";

import Sqlite from "better-sqlite3";
import { Client } from "pg";

/** Runs one statement and returns its rows. */
export type Read = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Works on the database directly, beside the servers, over a connection that is closed afterwards. */
export async function withDatabase<Result>(
  url: string,
  work: (read: Read, dialect: "postgres" | "sqlite") => Promise<Result>,
): Promise<Result> {
  if (!url.startsWith("sqlite:")) return withPostgres(url, (read) => work(read, "postgres"));
  const sqlite = new Sqlite(url.slice("sqlite:".length), { timeout: 5000 });
  try {
    return await work(async (text) => {
      const statement = sqlite.prepare(text);
      if (!statement.reader) statement.run();
      // The cast: rows are objects, since nothing else was asked for.
      return statement.reader ? (statement.all() as Record<string, unknown>[]) : [];
    }, "sqlite");
  } finally {
    sqlite.close();
  }
}

async function withPostgres<Result>(url: string, work: (read: Read) => Promise<Result>): Promise<Result> {
  const client = await connect(url);
  try {
    return await work(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
  } finally {
    await client.end();
  }
}

/** A server that has just crashed takes connections as soon as it has recovered. */
async function connect(url: string): Promise<Client> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await pause(100);
    }
  }
}

const patienceMs = 15_000;
