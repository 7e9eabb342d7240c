import { setTimeout as pause } from "node:timers/promises";

import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";

test("REL-43: subscriptions made and dropped a thousand times a second leave nothing behind", async () => {
  await using started = await startTestRouter(sqlite, { settings: { CALLS_PER_SECOND: 2000, CALLS_BURST: 4000 } });
  const { app, counts } = started;
  const ann = await app.signIn("ann");
  await app.auth.rights.grant(ann.id, "reports.view");
  const { hub, connections } = app.app.services;
  await using socket = await ann.open();
  await socket.query("anyone");
  const [connection] = connections;
  const listeners = () => connection?.socket.eventNames().map((event) => connection.socket.listenerCount(event));
  const before = listeners();
  const startedAt = performance.now();

  for (let turn = 1; turn <= 2000 + atOnce; turn += 1) {
    const path = turn % 2 === 0 ? "ticks" : "session.snapshot";
    if (turn <= 2000) socket.send({ id: `s${turn}`, method: "subscription", params: { path } });
    if (turn > atOnce) socket.send({ id: `s${turn - atOnce}`, method: "subscription.stop" });
    // A thousand a second, and no more.
    if (turn % 50 === 0) await pause(Math.max(1, startedAt + turn - performance.now()));
  }

  await expect.poll(() => [counts.streams - counts.streamsEnded, hub.size], { timeout: 15_000 }).toEqual([0, 0]);
  expect(await socket.query("anyone")).toHaveProperty("result");
  // Most of them had begun.
  expect(counts.streams).toBeGreaterThan(500);
  expect(listeners()).toEqual(before);
});

/** Fewer than a socket may have. */
const atOnce = 50;

test("REL-43: with the limits there are by default, few of those begin, and whoever goes on like this is sent away", async () => {
  await using started = await startTestRouter(sqlite);
  const { app } = started;
  await using other = await app.open();
  await using socket = await app.open();
  for (let id = 1; socket.socket.readyState === socket.socket.OPEN && id <= 50_000; id += 1) {
    socket.send({ id, method: "subscription", params: { path: "session.snapshot" } });
    socket.send({ id, method: "subscription.stop" });
    if (id % 100 === 0) await pause(1);
  }

  expect(await socket.closed).toMatchObject({ code: 4429 });
  // No more began than may be called for at once, and a little.
  expect(socket.frames.filter(({ result }) => result?.type === "started").length).toBeLessThan(600);
  await expect.poll(() => app.app.services.hub.size).toBe(0);
  expect(await other.query("anyone")).toHaveProperty("result");
});
