import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

import { expect, test, vi } from "vitest";

import { describeDatabases } from "@app/services/databases";

import { openDatabase } from "./index.ts";
import { openTestDatabase } from "./test/open-test-database.ts";

const watching = { pollMs: 1000 };

describeDatabases((dialect) => {
  test("a server is counted by others from when it watches until it stops, and never by itself", async () => {
    await using here = await openTestDatabase(dialect);
    await using there = await openDatabase(here.url, { migrations: [] });
    expect([await here.db.countOtherServers(), await there.countOtherServers()]).toEqual([0, 0]);

    const stop = await here.db.watchExternalChanges(() => {}, watching);
    expect([await here.db.countOtherServers(), await there.countOtherServers()]).toEqual([0, 1]);

    const stopToo = await there.watchExternalChanges(() => {}, watching);
    expect([await here.db.countOtherServers(), await there.countOtherServers()]).toEqual([1, 1]);

    await stop();
    await vi.waitFor(async () => expect(await there.countOtherServers()).toBe(0));
    expect(await here.db.countOtherServers()).toBe(1);
    await stopToo();
    await vi.waitFor(async () => expect(await here.db.countOtherServers()).toBe(0));
  });

  test("a server that was killed is not counted, and one on another database never is", async () => {
    await using here = await openTestDatabase(dialect);
    await using elsewhere = await openTestDatabase(dialect);
    const server = await startWatching(here.url);
    expect([await here.db.countOtherServers(), await elsewhere.db.countOtherServers()]).toEqual([1, 0]);

    server.kill("SIGKILL");
    await vi.waitFor(async () => expect(await here.db.countOtherServers()).toBe(0));
  });
});

test("a database in memory has no other server", async () => {
  await using db = await openDatabase("sqlite::memory:", { migrations: [] });
  await db.watchExternalChanges(() => {}, watching);
  expect(await db.countOtherServers()).toBe(0);
});

async function startWatching(url: string): Promise<ChildProcess> {
  const script = `
    import { openDatabase } from "./index.ts";
    const db = await openDatabase(process.argv[1], { migrations: [] });
    await db.watchExternalChanges(() => {}, { pollMs: 1000 });
    process.stdout.write("watching");
    setInterval(() => db, 1000);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, url], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  return child;
}
