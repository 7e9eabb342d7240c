import { execFileSync } from "node:child_process";

import { expect, onTestFinished, test, vi } from "vitest";

import { type OwnPostgres, startOwnPostgres } from "@app/services";
import { sqliteDialect as sqlite } from "@app/services/databases";

import { createReadiness } from "./observe/readiness.ts";
import { startTestRouter } from "./test/start.ts";
import { createTestRouter, testPermissions } from "./test/test-router.ts";
import { startTestApp } from "./testing/test-app.ts";

test("REL-23: while PostgreSQL hangs the server lives and is not ready; when it goes on, it is ready again", async () => {
  await using server = await startOwnPostgres();
  const databaseUrl = await server.createDatabase();
  const { router } = createTestRouter();
  await using app = await startTestApp({ router, databaseUrl, permissions: testPermissions });
  expect(await ask(app.url, "/readyz")).toEqual({
    status: 200,
    body: { status: "ready", checks: { accepting: "ok", database: "ok", lease: "ok" } },
  });

  const thaw = freeze(server);
  try {
    await vi.waitFor(async () => expect((await ask(app.url, "/readyz")).status).toBe(503), 5000);
    const askedAt = performance.now();
    const many = await Promise.all(Array.from({ length: 50 }, () => ask(app.url, "/readyz")));
    // A probe gives up soon: it is answered, and does not wait for the database to give up.
    expect(performance.now() - askedAt).toBeLessThan(2500);
    for (const { status, body } of many) {
      expect(status).toBe(503);
      expect(body).toMatchObject({ status: "not ready", checks: { accepting: "ok", database: "failing" } });
    }
    // One question is under way, whoever asks: the pool is not what the probes fill.
    expect(app.db.load().connections?.waiting).toBe(0);
    expect(await ask(app.url, "/healthz")).toEqual({ status: 200, body: { status: "ok" } });
  } finally {
    thaw();
  }
  await vi.waitFor(async () => expect((await ask(app.url, "/readyz")).status).toBe(200), 10_000);
});

test("who drains is not ready at once, however lately the database was asked; and says nothing but names", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  expect((await ask(app.url, "/readyz")).status).toBe(200);
  const closing = app.app.close({ settleMs: 500, drainMs: 0, finishMs: 0 });
  expect(await ask(app.url, "/readyz")).toEqual({
    status: 503,
    body: { status: "not ready", checks: { accepting: "failing", database: "ok", lease: "ok" } },
  });
  expect((await ask(app.url, "/healthz")).status).toBe(200);
  await closing;
});

test("a thousand who ask within a second ask the database once; a lease that ran out is seen at once", async () => {
  const ping = vi.fn<() => Promise<void>>(async () => {});
  let isConfirmed = true;
  const read = createReadiness({ isAccepting: () => true, isLeaseConfirmed: () => isConfirmed, ping });
  for (let asked = 0; asked < 10; asked += 1) await Promise.all(Array.from({ length: 100 }, () => read()));
  expect(ping).toHaveBeenCalledOnce();
  expect(await read()).toMatchObject({ isReady: true });

  isConfirmed = false;
  expect(await read()).toEqual({
    isReady: false,
    checks: { accepting: "ok", database: "ok", lease: "failing" },
  });
});

test("a database that is slow, or away for a moment, takes nobody out of service; one that is silent for three seconds does", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  const database = { answersAfterMs: 0, isAway: false };
  const ping = async () => {
    await new Promise((resolve) => setTimeout(resolve, database.answersAfterMs));
    if (database.isAway) throw new Error("away");
  };
  const read = createReadiness({ isAccepting: () => true, isLeaseConfirmed: () => true, ping });
  /** What probes hear that come every two seconds, as proxies send them. */
  const probe = async (times: number) => {
    const heard: boolean[] = [];
    for (let time = 0; time < times; time += 1) {
      void read().then(({ isReady }) => heard.push(isReady));
      await vi.advanceTimersByTimeAsync(2000);
    }
    return heard;
  };
  expect(await probe(2)).toEqual([true, true]);

  database.answersAfterMs = 2500;
  expect(await probe(6)).toEqual([true, true, true, true, true, true]);

  database.answersAfterMs = 0;
  await vi.advanceTimersByTimeAsync(4000);
  database.isAway = true;
  expect(await probe(1)).toEqual([true]);
  database.isAway = false;
  expect(await probe(2)).toEqual([true, true]);

  database.isAway = true;
  expect(await probe(4)).toEqual([true, false, false, false]);
  database.isAway = false;
  expect(await probe(2)).toEqual([true, true]);

  database.answersAfterMs = 60_000;
  expect(await probe(4)).toEqual([true, false, false, false]);
});

async function ask(url: string, path: string): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(url + path);
  return { status: answer.status, body: await answer.json() };
}

/** Stops the server and all who serve its connections, as a machine that hangs does. Returns how to go on. */
function freeze(server: OwnPostgres): () => void {
  const postmaster = String(server.pid());
  const backends = execFileSync("pgrep", ["-P", postmaster], { encoding: "utf8" }).trim().split("\n");
  const pids = [postmaster, ...backends].map(Number);
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  return () => {
    for (const pid of pids) process.kill(pid, "SIGCONT");
  };
}
