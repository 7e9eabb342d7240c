import Database from "better-sqlite3";
import { Client } from "pg";

import type { AppServer } from "@app/services";

/** Changes the server's database the way a person with a database tool does: past the server, in another process. */
export async function runSql(server: AppServer, sql: string, value: string): Promise<void> {
  const url = server.env["DATABASE_URL"] ?? "";
  if (url.startsWith("sqlite:")) {
    const database = new Database(url.slice("sqlite:".length), { timeout: 5000 });
    database.pragma("foreign_keys = on");
    database.prepare(sql).run(value);
    database.close();
    return;
  }
  const client = new Client(url);
  await client.connect();
  await client.query(sql.replace("?", "$1"), [value]);
  await client.end();
}
