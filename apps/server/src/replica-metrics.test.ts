import { createServer } from "node:net";

import { expect, test, vi } from "vitest";

import { postgresDialect } from "@app/services/databases";
import { RawSocket } from "@countersign/rpc/testing";

import { type Replica, startReplica } from "./test/start-replica.ts";

const token = "the-token-of-these-tests";
const count = 'revocation_effective_seconds_count{cause="session_ended"}';

test("R5: a sign-out at one server is measured at the other, from there to its last socket; figures need the token", async () => {
  await using database = await postgresDialect.create();
  const env = { DATABASE_URL: database.url, METRICS_TOKEN: token };
  await using one = await startReplica(env);
  await using other = await startReplica(env);
  const registered = await call(one, "auth.register", null, { username: "zoe", password: "a long enough word" });
  const cookie = registered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  await using here = await RawSocket.open({ url: `${other.url}/trpc`, cookie });
  await using there = await RawSocket.open({ url: `${other.url}/trpc`, cookie });
  expect((await readMetrics(other))[count]).toBe(0);
  expect((await readMetrics(other))['countersign_connections{kind="signed_in"}']).toBe(2);
  expect((await fetch(`${other.url}/metrics`)).status).toBe(401);

  await call(one, "auth.logout", cookie);
  await Promise.all([here.closed, there.closed]);
  const measured = await vi.waitFor(async () => {
    const figures = await readMetrics(other);
    expect(figures[count]).toBe(1);
    return figures;
  }, 10_000);
  // Of one machine both clocks are the same. The bound is the one of a quiet machine, with room.
  expect(measured['revocation_effective_seconds_sum{cause="session_ended"}']).toBeLessThan(2);
  // The one that did it had no socket of the session, so nothing to close.
  expect((await readMetrics(one))[count]).toBe(0);
  expect(measured['countersign_hints_total{direction="received"}']).toBeGreaterThan(0);
  expect(one.output() + other.output()).not.toContain(token);
});

test("a port of its own is for figures only, and the public one knows of none", async () => {
  await using database = await postgresDialect.create();
  const port = await findFreePort();
  await using server = await startReplica({ DATABASE_URL: database.url, METRICS_PORT: String(port) });
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toContain(
    "revocation_effective_seconds_bucket",
  );
  expect((await fetch(`http://127.0.0.1:${port}/trpc/session.me`)).status).toBe(404);
  expect((await fetch(`${server.url}/metrics`)).status).toBe(404);
});

async function readMetrics({ url }: Replica): Promise<Record<string, number>> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const samples = (await answer.text())
    .matchAll(/^([^#\s]\S*) (\S+)$/gm)
    .map(([, name = "", value]) => [name, Number(value)] as const);
  return Object.fromEntries<number>(samples);
}

async function call({ url }: Replica, path: string, cookie: string | null, input?: object): Promise<Response> {
  const answer = await fetch(`${url}/trpc/${path}`, {
    method: "POST",
    headers: { origin: url, "content-type": "application/json", ...(cookie === null ? {} : { cookie }) },
    body: input === undefined ? null : JSON.stringify(input),
  });
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer;
}

async function findFreePort(): Promise<number> {
  const listener = createServer();
  await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === "string") throw new Error("The listener has no port.");
  return address.port;
}
