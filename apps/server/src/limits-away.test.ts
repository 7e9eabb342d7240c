import { Client } from "pg";
import { expect, test } from "vitest";

import { postgresDialect } from "@app/services/databases";

import { type Replica, startReplica } from "./test/start-replica.ts";

const password = "a long enough word";
const wrong = { status: 401 };
const limited = { status: 429 };

test("RAT-13: while what counts attempts is away, people sign in, and each server limits guesses by itself; afterwards all do together", async () => {
  await using database = await postgresDialect.create();
  const env = { DATABASE_URL: database.url, LOGIN_ATTEMPTS: "3" };
  await using one = await startReplica(env);
  await using other = await startReplica(env);
  for (const username of ["zoe", "yan"])
    expect(await post(one, "register", { username, password })).toMatchObject({ status: 200 });

  await onDatabase(database.url, "alter table rate_limits rename to rate_limits_away");
  expect(await post(one, "login", { login: "zoe", password })).toMatchObject({ status: 200 });
  for (const server of [one, other]) {
    for (const guess of ["first guess", "second guess", "third guess"])
      expect(await post(server, "login", { login: "zoe", password: guess })).toMatchObject(wrong);
    expect(await post(server, "login", { login: "zoe", password })).toMatchObject(limited);
    // Who is not guessed at is not held back.
    expect(await post(server, "login", { login: "yan", password })).toMatchObject({ status: 200 });
  }
  expect(one.output()).toMatch(/Attempts cannot be counted together/);

  await onDatabase(database.url, "alter table rate_limits_away rename to rate_limits");
  // It is asked again after some seconds. What was counted apart meanwhile is not carried over.
  await expect
    .poll(() => post(one, "login", { login: "zoe", password }), { timeout: 15_000, interval: 250 })
    .toMatchObject({ status: 200 });
  await expect
    .poll(() => post(other, "login", { login: "zoe", password }), { timeout: 15_000, interval: 250 })
    .toMatchObject({ status: 200 });
  const guesses = [one, other, one, other].map((server, index) => ({ server, guess: `guess ${index}` }));
  const answers: number[] = [];
  for (const { server, guess } of guesses)
    answers.push((await post(server, "login", { login: "yan", password: guess })).status);
  expect(answers).toEqual([401, 401, 401, 429]);
});

async function post({ url }: Replica, path: "login" | "register", input: object): Promise<{ readonly status: number }> {
  const headers = { origin: url, "content-type": "application/json" };
  const { status } = await fetch(`${url}/trpc/auth.${path}`, { method: "POST", headers, body: JSON.stringify(input) });
  return { status };
}

async function onDatabase(url: string, statement: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(statement);
  await client.end();
}
