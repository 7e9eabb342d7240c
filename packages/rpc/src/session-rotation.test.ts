import { expect, test } from "vitest";

import { describeDatabases } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";

import { cookieOf } from "./test/cookie-of.ts";
import { startTestRouter } from "./test/start.ts";
import { createTestRouter, testPermissions } from "./test/test-router.ts";
import type { RawFrame, RawSocket } from "./testing/raw-socket.ts";
import { startTestApp, type TestUser } from "./testing/test-app.ts";

const idleSeconds = 600;
const callsAtOnce = 500;

describeDatabases((dialect) => {
  test("SES-20: 500 calls at once during a rotation are each answered to their own user, or told that they were not executed", async () => {
    await using database = await dialect.create();
    // Two replicas: one database, one bus.
    const bus = createMemoryBus();
    const { router, counts } = createTestRouter();
    const settings = { CALLS_BURST: 100_000 };
    const common = { databaseUrl: database.url, permissions: testPermissions, router, bus, settings };
    await using one = await startTestApp(common);
    await using other = await startTestApp(common);
    const [ann, bob] = [await one.signIn("ann"), await one.signIn("bob")];
    const names = new Map([
      [ann, "ann"],
      [bob, "bob"],
    ]);
    const cookies = new Map<TestUser, string>([
      [ann, ann.cookie],
      [bob, bob.cookie],
    ]);

    const seen = new Map<string, number>();
    function note(user: TestUser, what: string): void {
      const key = `${names.get(user)}: ${what}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }

    for (let round = 0; round < 3; round += 1) {
      const sockets: [TestUser, RawSocket][] = [];
      for (const user of [ann, bob]) {
        for (const app of [one, other]) sockets.push([user, await app.open(cookies.get(user))]);
      }
      const executedBefore = counts.mutations;
      const before = new Map(seen);
      const callers = sockets.map(([user, socket]) => [user, createCall(socket)] as const);
      let isRotated = false;
      const calls = Array.from({ length: callsAtOnce }, async (_, index) => {
        const [user, call] = callers[index % callers.length] as [TestUser, Call];
        // Before, while and once after the token is replaced.
        for (let isLast = false; !isLast;) {
          isLast = isRotated;
          const frame = await (index % 5 === 0 ? call("mutation", "count") : call("query", "who"));
          note(user, outcomeOf(frame));
          // Not in the way of the one call they wait for.
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      });
      const stepUp = one.http("auth.stepUp", { input: { password: ann.password }, cookie: cookies.get(ann) });
      const answer = await stepUp;
      isRotated = true;
      await Promise.all(calls);
      cookies.set(ann, cookieOf(answer));
      const executed = sum(seen, "executed") - sum(before, "executed");
      expect(executed).toBe(counts.mutations - executedBefore);
      for (const [, socket] of sockets) await socket[Symbol.asyncDispose]();
    }

    // Ann's token was rotated on each side of the calls; Bob was not concerned, and nobody was taken for the other.
    expect(new Set(seen.keys())).toEqual(
      new Set(["ann: ann", "ann: executed", "ann: STALE_CONNECTION", "bob: bob", "bob: executed"]),
    );
    expect((await one.http("who", { method: "GET", cookie: cookies.get(ann) })).status).toBe(200);
    await bus.close();
  }, 60_000);

  test("a socket whose session got a new token is asked to come with that one, also where the change itself is heard of before the word for it", async () => {
    await using database = await dialect.create();
    const { router } = createTestRouter();
    const common = { databaseUrl: database.url, permissions: testPermissions, router };
    // Two replicas that tell each other nothing: what the database tells comes first, and is all there is.
    await using one = await startTestApp({ ...common, bus: createMemoryBus() });
    await using other = await startTestApp({ ...common, bus: createMemoryBus() });
    const [ann, bob] = [await one.signIn("ann"), await one.signIn("bob")];
    await using shown = await one.open(ann.cookie);
    await using asks = await one.open(ann.cookie);
    await using ofBob = await one.open(bob.cookie);
    await shown.data(await shown.subscribe("session.snapshot"), 1);

    const stepUp = await other.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });
    expect(await asks.query("who")).toMatchObject({ error: { data: { reason: "STALE_CONNECTION" } } });
    for (const socket of [shown, asks]) {
      await socket.until(({ method }) => method === "reconnect");
      expect(socket.socket.readyState).toBe(WebSocket.OPEN);
    }
    await using next = await one.open(cookieOf(stepUp));
    expect(await next.query("who")).toMatchObject({ result: { data: "ann" } });

    // The control: one whose session is over is closed, heard of in the same way.
    await other.http("auth.logout", { cookie: bob.cookie });
    expect(await ofBob.closed).toMatchObject({ code: 4401 });
    await other.http("auth.logout", { cookie: cookieOf(stepUp) });
    expect(await next.closed).toMatchObject({ code: 4401 });
  });

  test("two confirmations of one browser at once: one is made, and its token stays good", async () => {
    await using started = await startTestRouter(dialect, { settings: { PASSWORD_HASH_CONCURRENCY: 2 } });
    const { app } = started;
    const ann = await app.signIn("ann");
    const answers = await Promise.all(
      [1, 2].map(() => app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
    const winner = answers.find(({ status }) => status === 200);
    const loser = answers.find(({ status }) => status === 401);
    expect(loser?.headers.getSetCookie()).toEqual([]);
    expect((await app.http("who", { method: "GET", cookie: winner && cookieOf(winner) })).status).toBe(200);
  });

  test("EXP-05: a cookie whose session has expired is taken away by the answer that refuses it", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, {
      clock: { now: () => now },
      settings: { SESSION_IDLE_SECONDS: idleSeconds },
    });
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    now += (idleSeconds - 1) * 1000;
    await app.http("who", { method: "GET", cookie: bob.cookie });
    await expect.poll(async () => (await app.auth.sessions.list(bob.id))[0]?.lastUsedAt.getTime()).toBe(now);
    now += 2000;

    const refused = await app.http("who", { method: "GET", cookie: ann.cookie });
    expect(refused.status).toBe(401);
    expect(refused.headers.getSetCookie()).toEqual(["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]);
    // No news of the session, by which a page would drop what a newer sign-in has begun.
    expect(refused.headers.get("session-change")).toBeNull();
    const open = await app.http("anyone", { method: "GET", cookie: ann.cookie });
    expect([open.status, open.headers.getSetCookie()]).toEqual([200, []]);
    const others = await app.http("who", { method: "GET", cookie: bob.cookie });
    expect([others.status, others.headers.getSetCookie()]).toEqual([200, []]);
  });

  test("EXP-05: a late answer to an old cookie takes no newer sign-in's cookie away", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, {
      clock: { now: () => now },
      settings: { SESSION_IDLE_SECONDS: idleSeconds },
    });
    const { app } = started;
    const ann = await app.signIn("ann");
    const login = (cookie: string) =>
      app.http("auth.login", { input: { login: "ann", password: ann.password }, cookie });
    const refusal = async (cookie: string) => {
      const answer = await app.http("who", { method: "GET", cookie });
      return [answer.status, answer.headers.getSetCookie()];
    };
    // Replaced, made up, signed out: unknown, and perhaps older than what the browser has by now.
    const renewed = cookieOf(await login(ann.cookie));
    expect(await refusal(ann.cookie)).toEqual([401, []]);
    expect(await refusal(`session=${"A".repeat(43)}`)).toEqual([401, []]);
    await app.http("auth.logout", { cookie: renewed });
    expect(await refusal(renewed)).toEqual([401, []]);
    // Expired, and then replaced by a sign-in of the same browser.
    const last = cookieOf(await login(ann.cookie));
    now += (idleSeconds + 1) * 1000;
    const fresh = await login(last);
    expect(await refusal(last)).toEqual([401, []]);
    expect(fresh.headers.get("session-change")).toBe("signed-in");
    expect((await app.http("who", { method: "GET", cookie: cookieOf(fresh) })).status).toBe(200);
  });

  test("EXP-05: one call of a batch that is refused does not take away the cookie that another hands out", async () => {
    let now = Date.now();
    await using started = await startTestRouter(dialect, {
      clock: { now: () => now },
      settings: { SESSION_IDLE_SECONDS: idleSeconds },
    });
    const { app } = started;
    const ann = await app.signIn("ann");
    now += (idleSeconds + 1) * 1000;
    const input = { 0: null, 1: { login: "ann", password: ann.password } };
    const answer = await app.http("count,auth.login?batch=1", { input, cookie: ann.cookie });
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect((await app.http("who", { method: "GET", cookie: cookieOf(answer) })).status).toBe(200);
  });

  test("REM-01, REM-02: only a remembered sign-in outlives the browser, for as long as the session may last, renewed or not", async () => {
    const settings = { SESSION_ABSOLUTE_SECONDS: 5000, SESSION_IDLE_SECONDS: 4000 };
    let now = Date.now();
    await using started = await startTestRouter(dialect, { settings, clock: { now: () => now } });
    const { app } = started;
    const ann = await app.signIn("ann");
    const input = { login: "ann", password: ann.password };
    const plain = await app.http("auth.login", { input });
    const remembered = await app.http("auth.login", { input: { ...input, remember: true } });
    expect([lifeOf(plain), lifeOf(remembered)]).toEqual([null, 5000]);

    // What a browser that was closed still has.
    now += 1_000_000;
    const stepUp = (cookie: string) => app.http("auth.stepUp", { input: { password: ann.password }, cookie });
    const [again, kept] = [await stepUp(cookieOf(plain)), await stepUp(cookieOf(remembered))];
    expect([lifeOf(again), lifeOf(kept)]).toEqual([null, 4000]);
    expect((await app.http("who", { method: "GET", cookie: cookieOf(kept) })).status).toBe(200);
  });

  test("OUT-01, SES-20: signing out with the token from before a step-up ends the session all the same", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using other = await bob.open();

    const steppedUp = await app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });
    const cookie = cookieOf(steppedUp);
    await using socket = await app.open(cookie);
    expect((await app.http("auth.logout", { cookie: ann.cookie })).status).toBe(200);

    expect(await socket.closed).toEqual({ code: 4401, reason: "signed_out" });
    expect((await app.http("who", { method: "GET", cookie })).status).toBe(401);
    expect(await other.query("who")).toHaveProperty("result");
    const { auditEvents } = app.db.tables;
    const events = await app.db.select().from(auditEvents);
    expect(events.filter(({ action }) => action === "auth.logout")).toMatchObject([{ actorName: "ann" }]);
  });

  test("OUT-01: of a step-up and a sign-out at once, whichever is first, nobody is signed in after both", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    for (const name of ["ann", "bob", "cid", "dan", "eve", "fay"]) {
      const user = await app.signIn(name);
      const [steppedUp] = await Promise.all([
        app.http("auth.stepUp", { input: { password: user.password }, cookie: user.cookie }),
        app.http("auth.logout", { cookie: user.cookie }),
      ]);
      const cookies = [user.cookie, ...(steppedUp.status === 200 ? [cookieOf(steppedUp)] : [])];
      for (const cookie of cookies) {
        expect((await app.http("who", { method: "GET", cookie })).status, `${name}, ${steppedUp.status}`).toBe(401);
      }
    }
    expect(await app.db.$count(app.db.tables.sessions)).toBe(0);
  });

  test("SES-20: over HTTP a call with a token that was replaced a moment ago is told to come again; an unknown one is not", async () => {
    const time = createTime();
    await using started = await startTestRouter(dialect, { clock: time });
    const { app } = started;
    const ann = await app.signIn("ann");
    await app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });
    const reasonOf = async (cookie: string) => {
      const answer = await app.http("who", { method: "GET", cookie });
      const { error } = (await answer.json()) as { error: { data: { code: string; reason?: string } } };
      return [answer.status, error.data.code, error.data.reason];
    };

    expect(await reasonOf(ann.cookie)).toEqual([401, "UNAUTHORIZED", "STALE_CONNECTION"]);
    const name = ann.cookie.split("=")[0];
    expect(await reasonOf(`${name}=${"x".repeat(43)}`)).toEqual([401, "UNAUTHORIZED", undefined]);
    time.pass(2);
    expect(await reasonOf(ann.cookie)).toEqual([401, "UNAUTHORIZED", undefined]);
  });

  test("LOG-10: of two calls of a batch that set the cookie the second is refused, and no session is left over", async () => {
    await using started = await startTestRouter(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const before = await app.db.$count(app.db.tables.sessions);
    const input = { login: "ann", password: ann.password };

    const answer = await app.http("auth.login,auth.login?batch=1", { input: { 0: input, 1: input } });

    expect(await answer.json()).toMatchObject([
      { result: { data: { user: { username: "ann" } } } },
      { error: { data: { code: "BAD_REQUEST" } } },
    ]);
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(await app.db.$count(app.db.tables.sessions)).toBe(before + 1);
  });
});

/** The seconds a browser keeps the cookie of this answer; null when it forgets it on closing. */
function lifeOf(answer: Response): number | null {
  const [cookie = ""] = answer.headers.getSetCookie();
  expect(cookie).not.toMatch(/expires=/i);
  const [, seconds] = /; Max-Age=(\d+)/.exec(cookie) ?? [];
  return seconds === undefined ? null : Number(seconds);
}

type Call = (method: "mutation" | "query", path: string) => Promise<RawFrame>;

/** Hundreds of calls at once on one socket, without looking through all of its frames for each. */
function createCall({ socket }: RawSocket): Call {
  const waiting = new Map<number, (frame: RawFrame) => void>();
  let lastId = 0;
  socket.on("message", (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as RawFrame;
    waiting.get(Number(frame.id))?.(frame);
  });
  return (method, path) =>
    new Promise((resolve) => {
      const id = ++lastId;
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params: { path } }));
    });
}

function outcomeOf(frame: RawFrame): string {
  const data = frame.result?.data;
  if (typeof data === "number") return "executed";
  if (typeof data === "string") return data;
  const reason = frame.error?.data["reason"];
  return typeof reason === "string" ? reason : (frame.error?.data.code ?? "nothing");
}

function sum(seen: ReadonlyMap<string, number>, what: string): number {
  return [...seen].reduce((total, [key, count]) => (key.endsWith(`: ${what}`) ? total + count : total), 0);
}

function createTime() {
  let now = Date.now();
  return { now: () => now, pass: (minutes: number) => void (now += minutes * 60_000) };
}
