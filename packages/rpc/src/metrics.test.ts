import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

import { expect, test, vi } from "vitest";

import { describeDatabases, sqliteDialect as sqlite } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";

import { createMetrics, serveMetrics } from "./metrics/index.ts";
import { readSamples } from "./test/read-samples.ts";
import { startTestRouter } from "./test/start.ts";

const token = "a token of the monitoring system";

describeDatabases((dialect) => {
  test("N5: what a server does is told as figures: connections, calls by outcome, validations, pushes, revocations", async () => {
    const metrics = createMetrics();
    await using started = await startTestRouter(dialect, { metrics });
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await using anonymous = await app.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    await socket.query("who");
    await socket.query("who");
    expect(await socket.query("reports")).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
    expect(await anonymous.query("boom")).toMatchObject({ error: { data: { code: "INTERNAL_SERVER_ERROR" } } });
    await anonymous.query("no.such.procedure");
    await app.open(undefined, { origin: "https://evil.example" }).catch(() => {});

    const before = await readSamples(metrics);
    expect(before("countersign_connections", { kind: "signed_in" })).toBe(1);
    expect(before("countersign_connections", { kind: "anonymous" })).toBe(1);
    expect(before("countersign_upgrades_total", { outcome: "accepted" })).toBe(2);
    expect(before("countersign_upgrades_total", { outcome: "origin" })).toBe(1);
    expect(before("countersign_calls_total", { procedure: "who", code: "OK" })).toBe(2);
    expect(before("countersign_calls_total", { procedure: "reports", code: "FORBIDDEN" })).toBe(1);
    expect(before("countersign_calls_total", { procedure: "boom", code: "INTERNAL_SERVER_ERROR" })).toBe(1);
    expect(before("countersign_calls_total", { procedure: "(unknown)", code: "NOT_FOUND" })).toBe(1);
    expect(before("countersign_call_seconds_count", { procedure: "who" })).toBe(2);
    expect(before("countersign_validation_seconds_count")).toBeGreaterThan(3);
    expect(before("countersign_sessions_read_total")).toBeGreaterThan(0);
    expect(before("countersign_session_reads_total")).toBeGreaterThan(0);
    expect(before("countersign_watchers")).toBe(1);
    expect(before("countersign_pushes_total")).toBe(1);
    expect(before("countersign_push_round_seconds_count")).toBeGreaterThan(0);
    expect(before("countersign_frames_sent_total")).toBeGreaterThan(6);
    expect(before("countersign_buffered_bytes")).toBe(0);
    expect(before("countersign_bus_connected")).toBe(1);
    expect(before("countersign_lease_age_seconds")).toBeLessThan(5);
    expect(before("countersign_password_hashes", { state: "waiting" })).toBe(0);
    expect(before("countersign_database_waiting", { for: "turn" })).toBe(0);
    expect(before("nodejs_eventloop_lag_seconds")).toBeDefined();
    expect(before("revocation_effective_seconds_count", { cause: "session_ended" })).toBe(0);

    await app.http("auth.logout", { cookie: ann.cookie });
    await socket.closed;
    const after = await readSamples(metrics);
    expect(after("countersign_connections", { kind: "signed_in" })).toBe(0);
    expect(after("countersign_revocations_total", { reason: "signed_out", learned: "told" })).toBe(1);
    expect(after("revocation_effective_seconds_count", { cause: "session_ended" })).toBe(1);
    expect(after("revocation_effective_seconds_bucket", { cause: "session_ended", le: "0.25" })).toBe(1);
  });

  test("R5: rights that change are effective when all that the user watches was read again", async () => {
    const metrics = createMetrics();
    await using started = await startTestRouter(dialect, { metrics });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    const id = await socket.subscribe("session.snapshot");
    await socket.data(id, 1);
    const shown = async () =>
      (await readSamples(metrics))("revocation_effective_seconds_count", { cause: "user_changed" });
    expect(await shown()).toBe(0);

    await app.auth.rights.grant(ann.id, "reports.view");
    await socket.data(id, 2);
    await vi.waitFor(async () => expect(await shown()).toBe(1));
    // Whoever is shown nothing here has nothing to be measured by.
    await app.auth.rights.grant(bob.id, "reports.view");
    await app.auth.rights.withdraw(ann.id, "reports.view");
    await socket.data(id, 3);
    await vi.waitFor(async () => expect(await shown()).toBe(2));
  });
});

test("R5: a socket that was closed before the word of it came is measured when it comes", async () => {
  const metrics = createMetrics();
  const bus = createMemoryBus();
  await using started = await startTestRouter(sqlite, { metrics, bus, isDeaf: true, settings: { LEASE_SECONDS: 1 } });
  const { app } = started;
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  const endedAt = Date.now();
  await app.db.delete(app.db.tables.sessions);
  expect(await socket.closed).toMatchObject({ code: 4401 });
  const closedAt = Date.now();
  const effective = async () =>
    (await readSamples(metrics))("revocation_effective_seconds_sum", { cause: "session_ended" });
  expect(await effective()).toBe(0);

  // What another replica says late, because it had no connection: it was published when the session ended.
  vi.spyOn(Date, "now").mockReturnValueOnce(endedAt);
  bus.publish({ kind: "sessions-ended", sessionIds: [ann.principal.session.id], reason: "deactivated" });
  const seconds = await effective();
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual((closedAt - endedAt) / 1000);
});

test("no label holds anything that came from outside", async () => {
  const metrics = createMetrics();
  await using started = await startTestRouter(sqlite, { metrics });
  const { app } = started;
  await using socket = await app.open();
  for (const path of ["evil-path", 'evil"} 1', "evil\n", "__proto__", "constructor"]) {
    await socket.query(path);
    await app.http(encodeURIComponent(path), { method: "GET" });
  }
  await fetch(`${app.url}/evil-path`, { headers: { "user-agent": "evil" } });
  await app.open(undefined, { origin: "https://evil.example" }).catch(() => {});

  const { text } = await metrics.read();
  expect(text).not.toMatch(/evil|__proto__|constructor/);
  expect((await readSamples(metrics))("countersign_calls_total", { procedure: "(unknown)", code: "NOT_FOUND" })).toBe(
    10,
  );
});

test("on the app's own port figures are told to whoever has the token; without one set there is nothing", async () => {
  await using guarded = await startTestRouter(sqlite, { metrics: createMetrics(), metricsToken: token });
  const ask = (authorization?: string) =>
    fetch(`${guarded.app.url}/metrics`, authorization === undefined ? {} : { headers: { authorization } });
  for (const wrong of [undefined, token, `Bearer ${token}x`, "Bearer ", `Basic ${btoa(`:${token}`)}`]) {
    const answer = await ask(wrong);
    expect(answer.status, wrong).toBe(401);
    expect(await answer.text()).not.toContain("countersign_");
  }
  const answer = await ask(`Bearer ${token}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(await answer.text()).toContain("countersign_connections{");

  await using measured = await startTestRouter(sqlite, { metrics: createMetrics() });
  await using unmeasured = await startTestRouter(sqlite);
  for (const { app } of [measured, unmeasured]) {
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${app.url}/metrics`, { headers })).status).toBe(404);
  }
});

test("figures are told under any Host, as a monitoring system names each server, and only to whoever has the token", async () => {
  await using guarded = await startTestRouter(sqlite, {
    metrics: createMetrics(),
    checkHost: true,
    metricsToken: token,
  });
  await using without = await startTestRouter(sqlite, { metrics: createMetrics(), checkHost: true });
  const host = "one.internal:3000";
  const authorization = `Bearer ${token}`;

  expect(await statusOf(`${guarded.app.url}/metrics`, { host, authorization })).toBe(200);
  expect(await statusOf(`${guarded.app.url}/metrics`, { host })).toBe(401);
  for (const path of ["/metrics/", "/metrics/x", "/trpc/anyone", "/"])
    expect(await statusOf(`${guarded.app.url}${path}`, { host, authorization }), path).toBe(400);
  expect(await statusOf(`${without.app.url}/metrics`, { host, authorization })).toBe(400);
});

/** fetch would set the Host by itself. */
async function statusOf(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const outgoing = request(url, { headers });
  outgoing.end();
  // The cast: what the event is told with.
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

test("a port of its own serves the figures and nothing else, and only with the token where one is set", async () => {
  const metrics = createMetrics();
  await using started = await startTestRouter(sqlite, { metrics });
  await started.app.signIn("ann");
  await using open = await serveMetrics(metrics, { host: "127.0.0.1", port: 0 });
  await using guarded = await serveMetrics(metrics, { host: "127.0.0.1", port: 0, token });

  expect(await (await fetch(`http://127.0.0.1:${open.port}/metrics`)).text()).toContain("countersign_watchers 0");
  for (const path of ["/", "/metrics/", "/trpc/anyone", "/healthz"]) {
    expect((await fetch(`http://127.0.0.1:${open.port}${path}`)).status, path).toBe(404);
  }
  expect((await fetch(`http://127.0.0.1:${open.port}/metrics`, { method: "POST" })).status).toBe(404);
  expect((await fetch(`http://127.0.0.1:${guarded.port}/metrics`)).status).toBe(401);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`http://127.0.0.1:${guarded.port}/metrics`, { headers })).status).toBe(200);
});
