import { describe, expect, test } from "vitest";

import { findRedis, startOwnRedis } from "@app/services";
import { postgresDialect } from "@app/services/databases";
import { RawSocket } from "@countersign/rpc/testing";

import { type Replica, startReplica } from "./test/start-replica.ts";

const redis = await findRedis();
if (redis === null && process.env["CI"])
  throw new Error("There is no redis-server, and these tests are not skipped in CI.");
if (redis === null) process.stderr.write("redis-server is not installed: servers on Redis are NOT tested.\n");

describe("two servers on one database", () => {
  test("on PostgreSQL they tell each other by themselves", async () => {
    await using database = await postgresDialect.create();
    await expectOneApp({ DATABASE_URL: database.url });
  });

  test.skipIf(redis === null)("with REDIS_URL they tell each other through Redis", async () => {
    await using database = await postgresDialect.create();
    await using server = await startOwnRedis(redis ?? "");
    await expectOneApp({ DATABASE_URL: database.url, REDIS_URL: server.url });
  });

  test("without a bus a sign-out still reaches the other, by the database; a live list does not", async () => {
    await using database = await postgresDialect.create();
    await using apart = await openBoth({ DATABASE_URL: database.url, BUS: "memory" });
    const { here, there, cookie, listId } = apart;

    await here.mutate("session.data.set", { key: "theme", value: "dark" });
    await there.query("account.profile");
    expect(there.dataOf(listId)).toEqual([{}]);
    await call(apart.one, "auth.logout", cookie);
    expect(await there.closed).toMatchObject({ code: 4401 });
  });
});

/** What is done at one server shows at the other: what is written, and that a session has ended, and why. */
async function expectOneApp(env: Readonly<Record<string, string>>) {
  await using both = await openBoth(env);
  const { here, there, cookie, listId } = both;
  await here.mutate("session.data.set", { key: "theme", value: "dark" });
  expect(await there.data(listId, 2)).toEqual([{}, { theme: "dark" }]);

  await call(both.one, "auth.logout", cookie);
  expect(await there.closed).toEqual({ code: 4401, reason: "signed_out" });
  expect(both.output()).not.toMatch(/hidden|has trouble/);
}

/** Somebody signed in at one server, with a socket at each, and what is kept with the session watched at the other. */
async function openBoth(env: Readonly<Record<string, string>>) {
  const one = await startReplica(env);
  const other = await startReplica(env);
  const registered = await call(one, "auth.register", null, { username: "zoe", password: "a long enough word" });
  const cookie = registered.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const here = await RawSocket.open({ url: `${one.url}/trpc`, cookie });
  const there = await RawSocket.open({ url: `${other.url}/trpc`, cookie });
  const listId = await there.subscribe("session.data.live");
  await there.data(listId, 1);
  return {
    one,
    here,
    there,
    cookie,
    listId,
    output: () => one.output() + other.output(),
    async [Symbol.asyncDispose]() {
      await here[Symbol.asyncDispose]();
      await there[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
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
