import { describe, expect, test } from "vitest";

import { findRedis, type OwnRedis, startOwnRedis } from "@app/services";
import { postgresDialect } from "@app/services/databases";
import { RawSocket } from "@countersign/rpc/testing";

import { startReplica } from "./test/start-replica.ts";

const program = await findRedis();
if (program === null && process.env["CI"])
  throw new Error("There is no redis-server, and these tests are not skipped in CI.");
if (program === null) process.stderr.write("redis-server is not installed: servers without Redis are NOT tested.\n");

const trouble = /"level":40.*"bus":"redis".*The bus between servers has trouble/;

describe.skipIf(program === null)("a server whose Redis is away", () => {
  test.each([
    {
      how: "is not there",
      leave: (redis: OwnRedis) => redis.kill(),
      comeBack: (redis: OwnRedis) => redis.resume(),
    },
    {
      how: "hangs",
      leave: async (redis: OwnRedis) => redis.freeze(),
      comeBack: async (redis: OwnRedis) => redis.thaw(),
    },
  ])("REL-25: starts while Redis $how, says so, and tells the others as soon as it is there", async (fault) => {
    await using database = await postgresDialect.create();
    await using redis = await startOwnRedis(program ?? "");
    await fault.leave(redis);
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, METRICS_TOKEN: token };
    await using one = await startReplica(env);
    await using other = await startReplica(env);
    expect(await isConnected(one.url)).toBe(false);
    await expect.poll(() => one.output(), { timeout: 10_000 }).toMatch(trouble);
    const cookie = await signUp(one.url);
    await using socket = await RawSocket.open({ url: `${one.url}/trpc`, cookie });
    await using elsewhere = await RawSocket.open({ url: `${other.url}/trpc`, cookie });
    const listId = await elsewhere.subscribe("session.data.live");
    await elsewhere.data(listId, 1);
    await socket.mutate("session.data.set", { key: "theme", value: "dark" });

    await fault.comeBack(redis);

    for (const { url } of [one, other]) await expect.poll(() => isConnected(url), { timeout: 10_000 }).toBe(true);
    expect(await elsewhere.data(listId, 2)).toEqual([{}, { theme: "dark" }]);
    expect((await fetch(`${one.url}/readyz`)).status).toBe(200);
  });

  test("REL-28: asked to stop while Redis hangs, it ends as it always does", async () => {
    await using database = await postgresDialect.create();
    await using redis = await startOwnRedis(program ?? "");
    const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, METRICS_TOKEN: token };
    await using server = await startReplica({ ...env, DRAIN_SETTLE_SECONDS: "0", DRAIN_SECONDS: "1" });
    await expect.poll(() => isConnected(server.url), { timeout: 10_000 }).toBe(true);
    await using socket = await RawSocket.open({ url: `${server.url}/trpc`, cookie: await signUp(server.url) });
    redis.freeze();
    // What it has said is not taken: one message is on its way, and more wait.
    for (const value of ["dark", "light", "dark"]) await socket.mutate("session.data.set", { key: "theme", value });

    const from = performance.now();
    const code = await server.end("SIGTERM");

    expect(code).toBe(0);
    expect(performance.now() - from).toBeLessThan(10_000);
    expect(server.output()).not.toContain("could not close everything in time");
    redis.thaw();
  });
});

const token = "the-token-of-these-tests";

async function isConnected(url: string): Promise<boolean> {
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.text()).includes("\ncountersign_bus_connected 1\n");
}

/** A new account, signed in. Answers with its cookie. */
async function signUp(url: string): Promise<string> {
  const body = JSON.stringify({ username: "zoe", password: "a long enough word" });
  const headers = { origin: url, "content-type": "application/json" };
  const answer = await fetch(`${url}/trpc/auth.register`, { method: "POST", headers, body });
  expect(answer.status).toBe(200);
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
}
