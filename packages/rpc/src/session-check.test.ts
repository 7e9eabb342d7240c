import { setTimeout as pause } from "node:timers/promises";

import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";

import { postgresDialect, sqliteDialect } from "@app/services/databases";
import { createMemoryBus } from "@countersign/bus";
import { type Database, openDatabase } from "@countersign/db";

import { createProcedures } from "./procedure/procedures.ts";
import { accountRouter } from "./routers/account.ts";
import { authRouter } from "./routers/auth.ts";
import { sessionRouter } from "./routers/session.ts";
import type { RawSocket } from "./testing/raw-socket.ts";
import { startTestApp } from "./testing/test-app.ts";

const cached = { SESSION_CHECK: "cached" } as const;

test("cached: queries over the socket stand on one reading; each of anything else reads", async () => {
  await using app = await start(cached);
  const ann = await app.signIn("ann");
  await app.makeMighty(ann.id);
  await using socket = await ann.open();
  const isRecalled = async (call: () => Promise<unknown>) => {
    await call();
    const before = app.recent.counts.recalled;
    expect(await call()).toHaveProperty("result");
    return app.recent.counts.recalled > before;
  };

  for (const path of ["who", "reports", "anyone", "editors"])
    expect(await isRecalled(() => socket.query(path)), path).toBe(true);
  for (const path of ["staff", "superuser", "fresh", "users", "strict"])
    expect(await isRecalled(() => socket.query(path)), path).toBe(false);
  expect(await isRecalled(() => socket.mutate("count"))).toBe(false);
  const overHttp = async () => (await app.http("who", { method: "GET", cookie: ann.cookie })).json();
  expect(await isRecalled(overHttp)).toBe(false);
});

test("cached, SES-14: a session row deleted in the database is refused within 250 ms, and its socket closed", async () => {
  await using app = await start(cached);
  const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
  await using socket = await ann.open();
  await using other = await bob.open();
  await recall(app, socket, other);

  const { sessions } = app.elsewhere.tables;
  await app.elsewhere.delete(sessions).where(eq(sessions.userId, ann.id));
  const from = performance.now();
  expect(await socket.closed).toEqual({ code: 4401, reason: "ended" });
  expect(performance.now() - from).toBeLessThan(250);
  expect(await other.query("who")).toMatchObject({ result: { data: "bob" } });
});

test("cached, PRM-10: a permission taken away in the database is refused as soon as that is told", async () => {
  await using app = await start(cached);
  const ann = await app.signIn("ann");
  await app.auth.rights.grant(ann.id, "reports.view");
  await using socket = await ann.open();
  await recall(app, socket);
  expect(await socket.query("reports")).toHaveProperty("result");

  await app.elsewhere.delete(app.elsewhere.tables.userPermissions);
  await vi.waitFor(
    async () => expect(await socket.query("reports")).toMatchObject({ error: { data: { code: "FORBIDDEN" } } }),
    { timeout: 250, interval: 5 },
  );
});

test("cached, PRM-16: what this server itself takes away is refused by the first call after its answer", async () => {
  await using app = await start(cached);
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  for (let round = 0; round < 20; round += 1) {
    await app.auth.rights.grant(ann.id, "reports.view");
    await vi.waitFor(async () => expect(await socket.query("reports")).toHaveProperty("result"));
    // Some are on their way when it happens.
    const racing = Array.from({ length: 5 }, () => socket.query("reports"));
    await app.auth.rights.withdraw(ann.id, "reports.view");
    expect(await socket.query("reports")).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });
    await Promise.all(racing);
  }
});

test("cached: nobody is refused by what was read before: a right that nobody told of is there at once", async () => {
  await using app = await start(cached, { hears: false });
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await recall(app, socket);
  expect(await socket.query("reports")).toMatchObject({ error: { data: { code: "FORBIDDEN" } } });

  await app.elsewhere
    .insert(app.elsewhere.tables.userPermissions)
    .values({ userId: ann.id, permission: "reports.view" });
  expect(await socket.query("reports")).toHaveProperty("result");
});

test("cached: when it is lost without a trace that a session has ended, it is served for a lease at most", async () => {
  await using app = await start({ ...cached, LEASE_SECONDS: 1 }, { hears: false });
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await recall(app, socket);

  await app.elsewhere.delete(app.elsewhere.tables.sessions);
  const from = performance.now();
  let servedFor = 0;
  const calling = (async () => {
    for (;;) {
      const askedAt = performance.now();
      if (!("result" in (await socket.query("who")))) return;
      servedFor = askedAt - from;
      await pause(5);
    }
  })();
  await Promise.race([calling, socket.closed]);
  // The negative control: it was served for a while, so nothing else had told.
  expect(servedFor).toBeGreaterThan(50);
  expect(servedFor).toBeLessThan(1000);
});

test("cached, while the notices of the database are away: each call reads", async () => {
  await using app = await start(cached);
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await recall(app, socket);

  app.recent.doubt("changes");
  await app.elsewhere.delete(app.elsewhere.tables.userPermissions);
  const before = app.recent.counts.recalled;
  for (let time = 0; time < 3; time += 1) await socket.query("who");
  expect(app.recent.counts.recalled).toBe(before);
});

test("cached: a lease that cannot be renewed ends the standing on readings, until one is again", async () => {
  await using app = await start({ ...cached, LEASE_SECONDS: 1 });
  const ann = await app.signIn("ann");
  await using socket = await ann.open();
  await recall(app, socket);
  const { sessions } = app.app.services.auth;
  const isAway = vi.spyOn(sessions, "validate").mockRejectedValue(new Error("away, for a test"));
  await vi.waitFor(() =>
    expect(app.logged.map(({ message }) => message)).toContainEqual(expect.stringMatching(/lease/)),
  );
  isAway.mockRestore();
  const before = app.recent.counts.recalled;
  await using another = await ann.open();
  await another.query("who");
  await another.query("who");
  expect(app.recent.counts.recalled).toBe(before);
  await recall(app, another);
});

test("strict, the default, and on SQLite whatever is asked for: every call reads", async () => {
  await using strict = await start({});
  const ann = await strict.signIn("ann");
  await using socket = await ann.open();
  const before = strict.recent.counts.read;
  for (let time = 0; time < 5; time += 1) await socket.query("who");
  expect(strict.recent.counts).toEqual({ recalled: 0, read: before + 5 });
  await using sqlite = await start(cached, { dialect: sqliteDialect });
  expect(sqlite.app.services.recent).toBeNull();
  expect(sqlite.logged.map(({ message }) => message)).toEqual([expect.stringMatching(/ignored on SQLite/)]);
});

/** Until the sockets' queries are answered by what was read before. */
async function recall({ recent }: Awaited<ReturnType<typeof start>>, ...sockets: readonly RawSocket[]): Promise<void> {
  for (const socket of sockets) {
    await vi.waitFor(async () => {
      const before = recent.counts.recalled;
      await socket.query("who");
      expect(recent.counts.recalled).toBeGreaterThan(before);
    });
  }
}

const { router, publicProcedure, protectedProcedure, permissionProcedure, procedureWith, ...procedures } =
  createProcedures({ permissions: ["reports.view"] });
const testRouter = router({
  account: accountRouter,
  auth: authRouter,
  session: sessionRouter,
  anyone: publicProcedure.query(({ ctx }) => ctx.user?.username ?? null),
  who: protectedProcedure.query(({ ctx }) => ctx.user.username),
  reports: permissionProcedure("reports.view").query(() => "the report"),
  strict: procedureWith({ permissions: ["reports.view"], strict: true }).query(() => "the report"),
  editors: procedures.groupProcedure("editors").query(() => "editors"),
  users: permissionProcedure("users.view").query(() => "users"),
  staff: procedures.staffProcedure.query(() => "staff"),
  superuser: procedures.superuserProcedure.query(() => "superuser"),
  fresh: procedures.freshProcedure().query(() => "fresh"),
  count: protectedProcedure.mutation(() => 1),
});

async function start(
  settings: object,
  {
    dialect = postgresDialect,
    hears = true,
  }: { readonly dialect?: typeof postgresDialect; readonly hears?: boolean } = {},
) {
  const database = await dialect.create();
  const app = await startTestApp({
    router: testRouter,
    databaseUrl: database.url,
    permissions: ["reports.view"],
    settings,
    // Its bus is there, and carries nothing of what others do.
    ...(hears ? {} : { isDeaf: true, bus: createMemoryBus() }),
  });
  const elsewhere: Database = await openDatabase(database.url, { migrations: [] });
  return {
    ...app,
    elsewhere,
    get recent() {
      const { recent } = app.app.services;
      if (!recent) throw new Error("Every call reads.");
      return recent;
    },
    async makeMighty(userId: string) {
      const { users } = app.db.tables;
      await app.auth.rights.setGroup("editors", []);
      await app.auth.rights.addToGroup(userId, "editors");
      await app.db.update(users).set({ isSuperuser: true, isStaff: true }).where(eq(users.id, userId));
    },
    async [Symbol.asyncDispose]() {
      await elsewhere.close();
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
