import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { describeDatabases, postgresDialect, type TestDialect } from "@app/services/databases";
import { type Database, DatabaseUnavailable, openDatabase } from "@countersign/db";

import { createProcedures } from "./procedure/procedures.ts";
import { accountRouter } from "./routers/account.ts";
import { authRouter } from "./routers/auth.ts";
import { sessionRouter } from "./routers/session.ts";
import { startTestApp } from "./testing/test-app.ts";

/** Longer than an answer may stand on the check before its call. */
const longMs = 60;

describeDatabases((dialect) => {
  test("PRM-16: a query that was let in is not answered any more when its right has gone, over either transport", async () => {
    await using site = await start(dialect);
    const [ann, bob] = [await site.signInReader("ann"), await site.signInReader("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const asked = [socket.query("report"), site.get("report", ann.cookie)] as const;
    const othersAsked = other.query("report");
    await site.hasBegun(3);
    await site.withdraw(ann.id);
    await pause(longMs);
    site.openGate();

    expect(await asked[0]).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
    expect((await asked[1]).status).toBe(403);
    // The negative control: whoever still has the right gets what was read at the same time.
    expect(await othersAsked).toMatchObject({ result: { data: "the report for bob" } });
  });

  test("OUT-13: nothing is answered after a sign-out to queries that were let in before it", async () => {
    await using site = await start(dialect);
    const [ann, bob] = [await site.signInReader("ann"), await site.signInReader("bob")];
    await using socket = await ann.open();
    const overSocket = socket.query("report").then(
      (frame) => ("error" in frame ? "refused" : "answered"),
      () => "closed",
    );
    const overHttp = site.get("report", ann.cookie);
    const others = site.get("report", bob.cookie);
    await site.hasBegun(3);
    expect((await site.app.http("auth.logout", { cookie: ann.cookie })).status).toBe(200);
    site.openGate();

    expect(await overSocket).not.toBe("answered");
    const answer = await overHttp;
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain("the report");
    expect((await others).status).toBe(200);
  });

  test("a query that waits for its user's turn does not run at all when the session ends meanwhile", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    const running = Array.from({ length: 12 }, () => site.get("report", ann.cookie));
    const places = dialect === postgresDialect ? 4 : 2;
    await site.hasBegun(places);
    await pause(20);
    expect(site.begun).toBe(places);
    await site.elsewhere
      .delete(site.elsewhere.tables.sessions)
      .where(eq(site.elsewhere.tables.sessions.userId, ann.id));
    await pause(longMs);
    site.openGate();

    const statuses = (await Promise.all(running)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(site.begun).toBe(places);
  });

  test("without anybody's access changing, all that waited is answered", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    const running = Array.from({ length: 12 }, () => site.get("report", ann.cookie));
    await site.hasBegun(1);
    await pause(longMs);
    site.openGate();
    expect((await Promise.all(running)).map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
    expect(site.begun).toBe(12);
  });

  test("the first answers of a batch do not leave with the last one, when their right has gone by then", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    const batch = () => site.get("quickReport,mine,report?batch=1", ann.cookie);
    const asked = batch();
    await site.hasBegun(1);
    await site.withdraw(ann.id);
    await pause(longMs);
    site.openGate();

    const answer = await asked;
    expect(answer.status).toBe(207);
    const forbidden = { error: { data: { code: "FORBIDDEN", httpStatus: 403 } } };
    const stale = { error: { data: { reason: "STALE_CONNECTION" } } };
    expect(await answer.json()).toMatchObject([
      { ...forbidden, error: { data: { path: "quickReport" } } },
      stale,
      forbidden,
    ]);

    await site.app.auth.rights.grant(ann.id, "reports.view");
    expect(await (await batch()).json()).toMatchObject([
      { result: { data: "the quick report" } },
      { result: { data: "ann's" } },
      { result: { data: "the report for ann" } },
    ]);
  });

  test("what was read for rights of before is read again by those of now", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    await using socket = await ann.open();
    const asked = socket.query("whatIMay");
    await site.hasBegun(1);
    await site.withdraw(ann.id);
    await pause(longMs);
    site.openGate();
    expect(await asked).toMatchObject({ result: { data: "nothing" } });
    expect(site.begun).toBe(2);
  });

  test("a change that was made is not shown any more to one who has lost the right to it since", async () => {
    await using site = await start(dialect);
    const [ann, bob] = [await site.signInReader("ann"), await site.signInReader("bob")];
    const [anns, bobs] = [ann, bob].map(({ cookie }) => site.app.http("write", { cookie }));
    await site.hasBegun(2);
    await site.withdraw(ann.id);
    await pause(longMs);
    site.openGate();

    const answer = await anns;
    expect(answer?.status).toBe(403);
    const text = (await answer?.text()) ?? "";
    expect(JSON.parse(text)).toMatchObject({ error: { data: { reason: "OUTCOME_UNKNOWN" } } });
    expect(text).not.toContain("the row");
    expect(await (await bobs)?.json()).toMatchObject({ result: { data: "the row" } });
  });

  test.each([
    { outcomeUnknown: true, reason: "OUTCOME_UNKNOWN" },
    { outcomeUnknown: false, reason: "UNAVAILABLE" },
  ])("a change lost with its database is told as $reason, also where nobody can be asked who calls", async (lost) => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    const { app } = site;
    const transaction = app.db.transaction.bind(app.db);
    const away = vi.spyOn(app.app.services.auth.sessions, "validate");
    vi.spyOn(app.db, "transaction").mockImplementation(async (body) => {
      if (lost.outcomeUnknown) await transaction(body);
      away.mockRejectedValue(new DatabaseUnavailable("It does not answer."));
      await pause(longMs);
      throw new DatabaseUnavailable("The connection was lost.", lost);
    });
    site.openGate();

    const answer = await app.http("write", { cookie: ann.cookie });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { data: { reason: lost.reason } } });
  });

  test("a change that loses its database after a part of it was committed is told as unknown; before it, as undone", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    for (const [path, reason] of [
      ["writeThenLose", "OUTCOME_UNKNOWN"],
      ["lose", "UNAVAILABLE"],
    ] as const) {
      const answer = await site.app.http(path, { cookie: ann.cookie });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: { data: { reason } } });
    }
  });

  test("EXP-01: a transaction that waited for a lock until its session had ended by the clock is refused, and writes nothing", async () => {
    await using site = await start(dialect, { SESSION_FRESH_SECONDS: 3600 });
    const { sessions } = site.app.db.tables;
    const users = [await site.signInReader("ann"), await site.signInReader("bob"), await site.signInReader("cid")];
    const soon = new Date(Date.now() + 1500);
    for (const [index, limits] of [{ expiresAt: soon }, { absoluteExpiresAt: soon }].entries())
      await site.app.db
        .update(sessions)
        .set(limits)
        .where(eq(sessions.userId, users[index]?.id ?? ""));
    const asked = users.map(({ cookie }) => site.app.http("writeAfterLock", { cookie }));
    // On SQLite there is one writer: the others wait for it before they begin.
    await site.hasBegun(dialect === postgresDialect ? 3 : 1);
    await pause(Math.max(0, soon.getTime() - Date.now()) + 50);
    site.openGate();

    const answers = await Promise.all(asked);
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 200]);
    // Nothing was written, and nobody is told that something may have been.
    expect(await answers[0]?.text()).not.toContain("OUTCOME_UNKNOWN");
    expect(site.written).toBe(1);
  });

  test("EXP-01: a transaction that outlives its session by the clock is rolled back", async () => {
    await using site = await start(dialect);
    const ann = await site.signInReader("ann");
    const { sessions, users } = site.app.db.tables;
    await site.app.db
      .update(sessions)
      .set({ expiresAt: new Date(Date.now() + 1500) })
      .where(eq(sessions.userId, ann.id));
    const answer = await site.app.http("rename", { cookie: ann.cookie, input: 1700 });
    expect(answer.status).toBe(401);
    const [row] = await site.app.db.select({ email: users.email }).from(users).where(eq(users.id, ann.id));
    expect(row?.email).toBeNull();
  });
});

test("cached: an answer stands on what is remembered, and is refused once the change is told", async () => {
  await using site = await start(postgresDialect, { SESSION_CHECK: "cached", LEASE_SECONDS: 300 });
  const ann = await site.signInReader("ann");
  await using socket = await ann.open();
  await settle();
  expect(await socket.query("quickReport")).toHaveProperty("result");
  const read = vi.spyOn(site.app.app.services.auth.sessions, "validate");
  const kept = socket.query("report");
  await site.hasBegun(1);
  await pause(longMs);
  site.openGate();
  expect(await kept).toMatchObject({ result: { data: "the report for ann" } });
  expect(read).not.toHaveBeenCalled();

  site.closeGate();
  const asked = socket.query("report");
  await site.hasBegun(2);
  await site.withdraw(ann.id);
  await pause(longMs);
  site.openGate();
  expect(await asked).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
});

test("strict: an answer that follows at once stands on the reading of its call; one that was waited for reads again", async () => {
  await using site = await start(postgresDialect, { LEASE_SECONDS: 300 });
  const ann = await site.signInReader("ann");
  await using socket = await ann.open();
  await socket.query("who");
  await settle();
  const read = vi.spyOn(site.app.app.services.auth.sessions, "validate");
  // A busy machine may take longer than `answerMs` over one of them.
  await vi.waitFor(async () => {
    read.mockClear();
    await socket.query("who");
    expect(read).toHaveBeenCalledTimes(1);
  });

  read.mockClear();
  const late = socket.query("report");
  await site.hasBegun(1);
  await pause(longMs);
  site.openGate();
  await late;
  expect(read).toHaveBeenCalledTimes(2);
});

async function lose(): Promise<void> {
  throw new DatabaseUnavailable("It does not answer.");
}

/** What signing in and opening have told has been heard and looked at. */
async function settle(): Promise<void> {
  await pause(200);
}

async function start(dialect: TestDialect, settings: object = {}) {
  const database = await dialect.create();
  let gate = Promise.withResolvers<void>();
  const counts = { begun: 0, written: 0 };
  async function passGate<Value>(value: Value): Promise<Value> {
    counts.begun += 1;
    await gate.promise;
    return value;
  }

  const { router, protectedProcedure, permissionProcedure } = createProcedures({ permissions: ["reports.view"] });
  const readers = permissionProcedure("reports.view");
  const app = await startTestApp({
    router: router({
      account: accountRouter,
      auth: authRouter,
      session: sessionRouter,
      who: protectedProcedure.query(({ ctx }) => ctx.user.username),
      mine: protectedProcedure.query(({ ctx }) => `${ctx.user.username}'s`),
      quickReport: readers.query(() => "the quick report"),
      report: readers.query(({ ctx }) => passGate(`the report for ${ctx.user.username}`)),
      whatIMay: protectedProcedure.query(({ ctx }) => passGate(ctx.can("reports.view") ? "reports" : "nothing")),
      write: readers.mutation(async ({ ctx }) => passGate(await ctx.transaction(async () => "the row"))),
      lose: readers.mutation(({ ctx }) => ctx.transaction(lose)),
      writeThenLose: readers.mutation(async ({ ctx }) => {
        await ctx.transaction(async () => "the row");
        return ctx.transaction(lose);
      }),
      writeAfterLock: readers.mutation(({ ctx }) =>
        ctx.transaction(async () => (counts.written += 1), { lockFirst: () => passGate(undefined) }),
      ),
      rename: protectedProcedure
        .input((ms) => Number(ms))
        .mutation(({ ctx, input }) =>
          ctx.transaction(async (tx) => {
            const { users } = tx.tables;
            await tx.update(users).set({ email: "renamed@example.com" }).where(eq(users.id, ctx.user.id));
            await pause(input);
          }),
        ),
    }),
    databaseUrl: database.url,
    permissions: ["reports.view"],
    settings,
  });
  const elsewhere: Database = await openDatabase(database.url, { migrations: [] });
  return {
    app,
    elsewhere,
    get begun() {
      return counts.begun;
    },
    get written() {
      return counts.written;
    },
    get: (path: string, cookie: string) => app.http(path, { method: "GET", cookie }),
    async signInReader(name: string) {
      const user = await app.signIn(name);
      await app.auth.rights.grant(user.id, "reports.view");
      return user;
    },
    hasBegun: (count: number) => vi.waitFor(() => expect(counts.begun).toBeGreaterThanOrEqual(count), 5000),
    /** As another process would do it. */
    async withdraw(userId: string) {
      const { userPermissions } = elsewhere.tables;
      await elsewhere.delete(userPermissions).where(eq(userPermissions.userId, userId));
    },
    openGate: () => gate.resolve(),
    closeGate: () => void (gate = Promise.withResolvers<void>()),
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await elsewhere.close();
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
