import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";

import { Client } from "pg";
import { expect, test, vi } from "vitest";

import { dropDatabase } from "./database-on-postgres.ts";
import { startOwnPostgres } from "./own-postgres.ts";

// A cluster is made and a process started, which takes its time on a busy machine.
const slow = { timeout: 30_000 };

test(
  "the server is PostgreSQL 18, gives each its own database, and comes back with its data after a crash",
  slow,
  async () => {
    await using server = await startOwnPostgres();
    const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()]);
    expect(await query(one, "show server_version")).toMatch(/^18\./);
    await query(one, "create table kept as select 1 as number");

    await server.halt("immediate");
    expect(server.pid()).toBeNull();
    await expect(query(one, "select 1")).rejects.toThrow("ECONNREFUSED");
    await server.resume();

    expect(await query(one, "select number from kept")).toBe(1);
    await expect(query(other, "select number from kept")).rejects.toThrow("does not exist");
    await dropDatabase(server.url, one);
    await expect(query(one, "select 1")).rejects.toThrow("does not exist");
  },
);

test("each server begins with nothing, whatever was done on another that was started before", slow, async () => {
  await using one = await startOwnPostgres();
  await query(one.url, "create role somebody");
  await query(one.url, "create table kept as select 1 as number");
  await one.halt("fast");

  await using other = await startOwnPostgres();

  expect(await query(other.url, "select count(*)::int from pg_roles where rolname = 'somebody'")).toBe(0);
  await expect(query(other.url, "select number from kept")).rejects.toThrow("does not exist");
});

test("only databases that were made here are dropped", async () => {
  await expect(dropDatabase("postgres://127.0.0.1/postgres", "postgres://127.0.0.1/postgres")).rejects.toThrow(
    '"postgres" is not a database that createDatabase made',
  );
});

test("stopping ends the server and removes its data", slow, async () => {
  const server = await startOwnPostgres();
  const pid = server.pid() ?? 0;
  const folder = String(await query(server.url, "show data_directory"));
  expect(existsSync(folder)).toBe(true);

  await server.stop();
  await server.stop();

  expect(isRunning(pid)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

test("when the process that started it is killed, the server ends and its data is removed", slow, async () => {
  const script = `
    import { startOwnPostgres } from ${JSON.stringify(new URL("own-postgres.ts", import.meta.url).href)};
    const server = await startOwnPostgres();
    process.stdout.write(JSON.stringify({ url: server.url, pid: server.pid() }));
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  const { url, pid } = JSON.parse(said.toString()) as { url: string; pid: number };
  const folder = String(await query(url, "show data_directory"));

  child.kill("SIGKILL");

  await vi.waitFor(() => expect([isRunning(pid), existsSync(folder)]).toEqual([false, false]), { timeout: 10_000 });
});

async function query(url: string, text: string): Promise<unknown> {
  const client = new Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: "array" });
    return rows[0]?.[0];
  } finally {
    await client.end();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process: what was asked.
    return false;
  }
}
