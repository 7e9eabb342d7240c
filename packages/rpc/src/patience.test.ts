import { execFileSync } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type OwnPostgres, startOwnPostgres } from "@app/services";
import { type Database, openDatabase, withoutPatience } from "@countersign/db";

import { createProcedures } from "./procedure/procedures.ts";
import { sessionRouter } from "./routers/session.ts";
import { startTestApp } from "./testing/test-app.ts";

const patienceMs = 1000;
/** What an answer takes on a busy machine, and the grace that the server has to give up first. */
const marginMs = 700;

let server: OwnPostgres;
beforeAll(async () => {
  server = await startOwnPostgres();
});
afterAll(() => server.stop());

test("REL-23: reads that wait for their turn and then for a lock are all answered within one statement's time, over either transport", async () => {
  await using site = await start({ poolSize: 10 });
  const [ann, bob] = [await site.app.signIn("ann"), await site.app.signIn("bob")];
  await using socket = await ann.open();
  await using locked = await site.lockCounting();

  // Four of a user's at a time: without one patience, the last of them would be answered after three times as long.
  const overSocket = Array.from({ length: 12 }, () => timed(socket.query("count")));
  const overHttp = Array.from({ length: 12 }, () =>
    timed(site.app.http("count", { method: "GET", cookie: bob.cookie })),
  );
  const batch = timed(site.app.http("name,count,twice?batch=1", { method: "GET", cookie: bob.cookie }));
  for (const { answer, tookMs } of await Promise.all(overSocket)) {
    expect(answer).toMatchObject(refused);
    expect(tookMs).toBeLessThan(patienceMs + marginMs);
  }
  for (const { answer, tookMs } of await Promise.all(overHttp)) {
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject(refused);
    expect(tookMs).toBeLessThan(patienceMs + marginMs);
  }
  const { answer, tookMs } = await batch;
  expect(tookMs).toBeLessThan(patienceMs + marginMs);
  const [, second, third] = (await answer.json()) as unknown[];
  expect([second, third]).toMatchObject([refused, refused]);

  await locked.release();
  await vi.waitFor(async () => expect(await socket.query("count")).toMatchObject({ result: { data: 0 } }), 5000);
});

test("REL-23: a query that the server freezes under is answered in time, however often it asks; without patience it is not", async () => {
  await using site = await start({ poolSize: 10 });
  const ann = await site.app.signIn("ann");
  await using socket = await ann.open();
  const askFrozen = async (path: string) => {
    const asked = [socket.query(path), site.app.http(path, { method: "GET", cookie: ann.cookie })] as const;
    await vi.waitFor(() => expect(site.waiting()).toBe(2), 5000);
    const thaw = freeze(server);
    try {
      const from = performance.now();
      site.openGate();
      const [frame, { status }] = await Promise.all(asked);
      return { frame, status, tookMs: performance.now() - from };
    } finally {
      thaw();
    }
  };
  const worksAgain = () =>
    vi.waitFor(async () => expect(await socket.query("count")).toMatchObject({ result: { data: 0 } }), 10_000);

  const { frame, status, tookMs } = await askFrozen("stubborn");
  expect(frame).toMatchObject(refused);
  expect(status).toBe(503);
  expect(tookMs).toBeLessThan(patienceMs + marginMs);
  await worksAgain();

  expect((await askFrozen("endless")).tookMs).toBeGreaterThan(2 * patienceMs);
  await worksAgain();
}, 30_000);

test("REL-23: with a pool of one that is taken, reads and writes of others are refused in time, and sessions are checked on", async () => {
  await using site = await start({ poolSize: 1 });
  const [ann, bob] = [await site.app.signIn("ann"), await site.app.signIn("bob")];
  await using socket = await ann.open();
  await using others = await bob.open();
  const holding = socket.mutate("hold");
  await vi.waitFor(() => expect(site.waiting()).toBe(1), 5000);

  const asked = [...Array.from({ length: 9 }, () => "count"), "twice"].map((path) => timed(others.query(path)));
  const written = Array.from({ length: 6 }, () => timed(others.mutate("write")));
  const overHttp = timed(site.app.http("write", { cookie: bob.cookie }));
  for (const { answer, tookMs } of await Promise.all([...asked, ...written])) {
    expect(answer).toMatchObject(refused);
    expect(tookMs).toBeLessThan(patienceMs + marginMs);
  }
  const { answer, tookMs } = await overHttp;
  expect(answer.status).toBe(503);
  expect(tookMs).toBeLessThan(patienceMs + marginMs);
  expect(await others.query("name")).toMatchObject({ result: { data: "bob" } });

  site.openGate();
  expect(await holding).toHaveProperty("result");
  expect(await others.mutate("write")).toHaveProperty("result");
}, 20_000);

test("a change that had committed something when its patience ended is told as unknown, not as one that changed nothing", async () => {
  await using site = await start({ poolSize: 4 });
  const ann = await site.app.signIn("ann");
  await using socket = await ann.open();
  /** One after the other: neither spends its patience on the lock of the other's write. */
  const write = async <Answer>(asked: Promise<Answer>, waiting: number) => {
    await vi.waitFor(() => expect(site.waiting()).toBe(waiting), 5000);
    return { asked };
  };
  const overSocket = await write(socket.mutate("writeAndCount"), 1);
  const overHttp = await write(site.app.http("writeAndCount", { cookie: ann.cookie }), 2);
  await using locked = await site.lockCounting();
  site.openGate();
  expect(await socket.mutate("countToChange")).toMatchObject(refused);
  const unknown = { error: { data: { code: "SERVICE_UNAVAILABLE", httpStatus: 503, reason: "OUTCOME_UNKNOWN" } } };
  expect(await overSocket.asked).toMatchObject(unknown);
  expect(await (await overHttp.asked).json()).toMatchObject(unknown);

  await locked.release();
  const unhindered = await write(socket.mutate("writeAndCount"), 1);
  site.openGate();
  expect(await unhindered.asked).toMatchObject({ result: { data: 0 } });
});

test("what a call does beside waiting for the database does not count: a slow service elsewhere ends no call", async () => {
  await using site = await start({ poolSize: 2 });
  const ann = await site.app.signIn("ann");
  await using socket = await ann.open();
  const asked = socket.query("elsewhere");
  await vi.waitFor(() => expect(site.waiting()).toBe(1), 5000);
  await pause(patienceMs + 300);
  site.openGate();
  expect(await asked).toMatchObject({ result: { data: 0 } });
});

const refused = {
  error: {
    message: "The service does not answer just now. Nothing was changed. Try again.",
    data: { code: "SERVICE_UNAVAILABLE", httpStatus: 503, reason: "UNAVAILABLE" },
  },
};

async function start({ poolSize }: { readonly poolSize: number }) {
  const databaseUrl = await server.createDatabase();
  const { router, protectedProcedure } = createProcedures({ permissions: [] });
  let gate = Promise.withResolvers<void>();
  let waiting = 0;
  async function passGate(): Promise<void> {
    waiting += 1;
    await gate.promise;
  }

  const app = await startTestApp({
    router: router({
      session: sessionRouter,
      name: protectedProcedure.query(({ ctx }) => ctx.user.username),
      count: protectedProcedure.query(({ ctx }) => count(ctx.db)),
      twice: protectedProcedure.query(async ({ ctx }) => {
        return (await count(ctx.db).catch(() => 0)) + (await count(ctx.db));
      }),
      stubborn: protectedProcedure.query(async ({ ctx }) => {
        await passGate();
        for (let time = 0; time < 2; time += 1) await count(ctx.db).catch(() => null);
        return "what is left";
      }),
      endless: protectedProcedure.query(async ({ ctx }) => {
        await passGate();
        for (let time = 0; time < 2; time += 1) await withoutPatience(() => count(ctx.db).catch(() => null));
        return "what is left";
      }),
      elsewhere: protectedProcedure.query(async ({ ctx }) => {
        await passGate();
        return count(ctx.db);
      }),
      hold: protectedProcedure.mutation(({ ctx }) => ctx.transaction(passGate)),
      countToChange: protectedProcedure.mutation(({ ctx }) => count(ctx.db)),
      writeAndCount: protectedProcedure.mutation(async ({ ctx }) => {
        await ctx.transaction((tx) => tx.update(tx.tables.users).set({ firstName: "x" }));
        await passGate();
        return count(ctx.db);
      }),
      write: protectedProcedure.mutation(({ ctx }) =>
        ctx.transaction(async (tx) => {
          await tx.update(tx.tables.users).set({ firstName: "x" });
        }),
      ),
    }),
    databaseUrl,
    // Sockets whose sessions cannot be confirmed are closed: here it is about what they are answered until then.
    settings: { LEASE_SECONDS: 30 },
    databaseLimits: { poolSize, statementTimeoutMs: patienceMs, lockTimeoutMs: patienceMs },
  });
  return {
    app,
    waiting: () => waiting,
    openGate() {
      gate.resolve();
      gate = Promise.withResolvers<void>();
      waiting = 0;
    },
    /** Until it is released, whoever counts waits. Sessions are checked as always. */
    async lockCounting() {
      const elsewhere = await openDatabase(databaseUrl, { migrations: [] });
      const { promise: isLocked, resolve: lock } = Promise.withResolvers<void>();
      const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
      const holding = elsewhere.transaction(async (tx) => {
        await tx.select({ lock: sql`pg_advisory_xact_lock(1)::text` }).from(sql`generate_series(1, 1)`);
        lock();
        await mayEnd;
      });
      await Promise.race([isLocked, holding]);
      const release = async () => {
        end();
        await holding;
        await elsewhere.close();
      };
      return { release, [Symbol.asyncDispose]: release };
    },
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await app[Symbol.asyncDispose]();
    },
  };
}

async function count(db: Pick<Database, "select">): Promise<number> {
  const [row] = await db
    .select({ lock: sql`pg_advisory_xact_lock_shared(1)::text`, count: sql<number>`0` })
    .from(sql`generate_series(1, 1)`);
  return row?.count ?? -1;
}

async function timed<Answer>(asked: Promise<Answer>): Promise<{ readonly answer: Answer; readonly tookMs: number }> {
  const from = performance.now();
  const answer = await asked;
  return { answer, tookMs: performance.now() - from };
}

/** Stops the server and all who serve its connections, as a machine that hangs does. Returns how to go on. */
function freeze(postgres: OwnPostgres): () => void {
  const postmaster = String(postgres.pid());
  const backends = execFileSync("pgrep", ["-P", postmaster], { encoding: "utf8" }).trim().split("\n");
  const pids = [postmaster, ...backends].map(Number);
  for (const one of pids) process.kill(one, "SIGSTOP");
  return () => {
    for (const one of pids) process.kill(one, "SIGCONT");
  };
}
