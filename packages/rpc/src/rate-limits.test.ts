import { expect, test, vi } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";

import { startTestRouter } from "./test/start.ts";

/** Next to nothing comes back while a test runs; a user has five times what one socket has. */
const settings = { CALLS_PER_SECOND: 1, CALLS_BURST: 20 };
const burstOfUser = 5 * settings.CALLS_BURST;

test("RAT-10: a user's sockets, batches and HTTP calls count together, and another user's are not touched", async () => {
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const batchUrl = `${Array.from({ length: 10 }, () => "who").join(",")}?batch=1`;
  const from = performance.now();
  let answered = 0;
  for (let round = 0; round < 4; round += 1) {
    const response = await app.http(batchUrl, { method: "GET", cookie: ann.cookie });
    const answers = (await response.json()) as { result?: unknown }[];
    answered += answers.filter(({ result }) => result !== undefined).length;
  }
  expect(answered).toBe(40);

  for (let opened = 0; opened < 5; opened += 1) {
    await using socket = await ann.open();
    for (let call = 0; call < settings.CALLS_BURST; call += 1) {
      if ((await socket.query("who")).result !== undefined) answered += 1;
    }
  }

  expect(answered).toBeGreaterThanOrEqual(burstOfUser);
  const cameBack = (5 * settings.CALLS_PER_SECOND * (performance.now() - from)) / 1000;
  expect(answered).toBeLessThanOrEqual(burstOfUser + cameBack + 1);
  // Several at once: on a busy machine one or two have come back since.
  const call = () => app.http("who", { method: "GET", cookie: ann.cookie });
  const answers = await Promise.all(Array.from({ length: 2 * burstOfUser }, call));
  const refused = answers.find(({ status }) => status === 429);
  expect(await refused?.json()).toMatchObject({ error: { data: { reason: "RATE_LIMITED", retryAfterSeconds: 1 } } });
  expect(refused?.headers.get("retry-after")).toBe("1");
  expect((await app.http("who", { method: "GET", cookie: bob.cookie })).status).toBe(200);
});

test("RAT-10: calls over HTTP alone come to an end as well: a burst, and what comes back meanwhile", async () => {
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  const call = (cookie: string) => app.http("who", { method: "GET", cookie });
  const from = performance.now();
  const answers = await Promise.all(Array.from({ length: 2 * burstOfUser }, () => call(ann.cookie)));

  const admitted = answers.filter(({ status }) => status === 200).length;
  expect(admitted).toBeGreaterThanOrEqual(burstOfUser);
  const cameBack = (5 * settings.CALLS_PER_SECOND * (performance.now() - from)) / 1000;
  expect(admitted).toBeLessThanOrEqual(burstOfUser + cameBack + 1);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused).toHaveLength(answers.length - admitted);
  for (const { headers } of refused) expect(headers.get("retry-after")).toBe("1");
  expect((await call(bob.cookie)).status).toBe(200);
});

test("WSK-36: whoever has called too often over other sockets is refused over one more, and nothing is read for it", async () => {
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  // Nothing comes back meanwhile.
  const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now());
  for (let opened = 0; opened < 5; opened += 1) {
    await using socket = await ann.open();
    for (let call = 0; call < settings.CALLS_BURST; call += 1) {
      expect(await socket.query("who")).toHaveProperty("result");
    }
  }

  await using last = await ann.open();
  await using other = await bob.open();
  const read = vi.spyOn(app.app.services.auth.sessions, "validate");
  for (let call = 0; call < settings.CALLS_BURST; call += 1) {
    expect(await last.query("who")).toMatchObject({ error: { data: { reason: "RATE_LIMITED" } } });
  }
  expect(read).not.toHaveBeenCalled();
  expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
  expect(read).toHaveBeenCalled();
  clock.mockRestore();
});

test("RAT-16: whoever tries tokens by chance is refused after a while, which the log tells once; users at the same address are not", async () => {
  await using started = await startTestRouter(sqlite, { settings });
  const { app } = started;
  const ann = await app.signIn("ann");
  const statuses: number[] = [];
  // Some come back meanwhile: the more, the busier the machine.
  for (let tried = 0; tried < 20 * burstOfUser && statuses.at(-1) !== 429; tried += 1) {
    const cookie = `session=${String(tried).padStart(43, "x")}`;
    statuses.push((await app.http("who", { method: "GET", cookie })).status);
  }
  expect(new Set(statuses)).toEqual(new Set([401, 429]));
  expect(statuses.slice(0, burstOfUser)).not.toContain(429);
  expect(statuses.at(-1)).toBe(429);
  expect((await app.http("who", { method: "GET", cookie: ann.cookie })).status).toBe(200);
  expect(app.logged).toEqual([
    {
      level: "warn",
      message: "A call was refused",
      facts: { address: "127.0.0.1", procedure: "who", code: "UNAUTHORIZED", requestId: expect.any(String) as string },
    },
    {
      level: "warn",
      message: "Calls are refused, because there are too many",
      facts: { address: "127.0.0.1", requestId: expect.any(String) as string },
    },
  ]);
});
