import { randomBytes } from "node:crypto";

import { Client } from "pg";

/** Makes an empty database on the server and returns its url. */
export async function createDatabase(serverUrl: string): Promise<string> {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await runOnServer(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Drops a database made by `createDatabase`, whoever is still connected to it. */
export async function dropDatabase(serverUrl: string, databaseUrl: string): Promise<void> {
  const name = new URL(databaseUrl).pathname.slice(1);
  if (!/^test_[0-9a-f]{12}$/.test(name)) throw new Error(`"${name}" is not a database that createDatabase made.`);
  await runOnServer(serverUrl, `drop database if exists ${name} with (force)`);
}

async function runOnServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client(serverUrl);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
