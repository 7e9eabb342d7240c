import { eq } from "drizzle-orm";
import { expect, test, vi } from "vitest";
import { z } from "zod";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { type Bus, createMemoryBus } from "@countersign/bus";
import type { Settings } from "@countersign/contract";

import { createProcedures } from "./procedure/procedures.ts";
import { defineSessionData } from "./procedure/session-data-keys.ts";
import { accountRouter } from "./routers/account.ts";
import { authRouter } from "./routers/auth.ts";
import { createSessionRouter } from "./routers/session.ts";
import { startTestApp } from "./testing/test-app.ts";

const keys = defineSessionData({
  theme: { schema: z.enum(["light", "dark"]), browser: "write" },
  step: { schema: z.int(), browser: "read" },
  secret: z.string(),
  basket: { schema: z.array(z.string()), browser: "write" },
});
const { router, publicProcedure, protectedProcedure } = createProcedures({ sessionData: keys });

/** Set by a test to hold a call between its write and its end. */
let gate: Promise<void> = Promise.resolve();

const testRouter = router({
  account: accountRouter,
  auth: authRouter,
  session: createSessionRouter({ data: keys }),
  step: protectedProcedure.input(z.int()).mutation(async ({ ctx, input }) => {
    await ctx.sessionData.set("step", input);
    await ctx.sessionData.set("secret", "s3cret");
    return ctx.sessionData.get("step");
  }),
  slowStep: protectedProcedure.input(z.int()).mutation(async ({ ctx, input }) => {
    await ctx.sessionData.set("step", input);
    await gate;
    return {};
  }),
  fail: protectedProcedure.mutation(async ({ ctx }) => {
    await ctx.sessionData.set("step", 500);
    throw new Error("boom");
  }),
  failInside: protectedProcedure.mutation(async ({ ctx }) => {
    await ctx
      .transaction(async () => {
        await ctx.sessionData.set("step", 501);
        throw new Error("undone");
      })
      .catch(() => {});
    return ctx.sessionData.get("step");
  }),
  commitThenFail: protectedProcedure.mutation(async ({ ctx }) => {
    await ctx.transaction(() => ctx.sessionData.set("step", 7));
    await ctx.sessionData.set("secret", "after");
    throw new Error("boom");
  }),
  secret: publicProcedure.query(({ ctx }) => ctx.sessionData.get("secret")),
  cookies: publicProcedure.query(({ ctx }) => ctx.request.cookies),
  wrong: protectedProcedure.mutation(({ ctx }) => ctx.sessionData.set("step", "three" as never)),
  undeclared: protectedProcedure.query(({ ctx }) => ctx.sessionData.get("nothing" as never)),
});

async function start(dialect: TestDialect, settings: Partial<Settings> = {}, bus: Bus = createMemoryBus()) {
  const database = await dialect.create();
  const app = await startTestApp({ router: testRouter, databaseUrl: database.url, settings, bus });
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

/** The cookies an answer sets, as a browser would send them on. */
function cookiesOf(response: Response): Record<string, string> {
  const pairs = response.headers.getSetCookie().map((cookie) => cookie.split(";", 1)[0] ?? "");
  return Object.fromEntries(pairs.map((pair) => pair.split("=", 2) as [string, string]));
}

const visitors = { VISITOR_DATA: true };
const dark = { key: "theme", value: "dark" };

describeDatabases((dialect) => {
  test("what one socket sets is on every open socket of the session at once, and of no other", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using tab = await ann.open();
    await using elsewhere = await (await ann.signInAgain()).open();
    await using other = await bob.open();
    const id = await tab.subscribe("session.data.live");
    const ids = [await elsewhere.subscribe("session.data.live"), await other.subscribe("session.data.live")] as const;
    expect(await tab.data(id, 1)).toEqual([{}]);

    expect(await socket.mutate("session.data.set", dark)).toHaveProperty("result");
    expect(await tab.data(id, 2)).toEqual([{}, { theme: "dark" }]);
    expect(await socket.query("session.data.get", { key: "theme" })).toMatchObject({ result: { data: "dark" } });

    await socket.mutate("session.data.delete", { key: "theme" });
    expect(await tab.data(id, 3)).toEqual([{}, { theme: "dark" }, {}]);
    expect(await elsewhere.data(ids[0], 1)).toEqual([{}]);
    expect(await other.data(ids[1], 1)).toEqual([{}]);
    expect(await other.query("session.data.get", { key: "theme" })).toMatchObject({ result: { data: null } });
  });

  test("what another server changes untold is shown within the lease while the bus is away", async () => {
    const [away, there] = [false, true].map((isConnected) => ({ ...createMemoryBus(), isConnected, publish() {} }));
    const settings = { LEASE_SECONDS: 1 };
    await using untold = await start(dialect, settings, away);
    await using trusting = await start(dialect, settings, there);
    const open = async ({ app }: typeof untold) => (await app.signIn("ann")).open();
    await using shown = await open(untold);
    await using control = await open(trusting);
    const ids = [await shown.subscribe("session.data.live"), await control.subscribe("session.data.live")] as const;
    await Promise.all([shown.data(ids[0], 1), control.data(ids[1], 1)]);

    for (const socket of [shown, control]) await socket.mutate("session.data.set", dark);

    const from = performance.now();
    expect(await shown.data(ids[0], 2)).toEqual([{}, { theme: "dark" }]);
    expect(performance.now() - from).toBeLessThan(1800);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1500 - (performance.now() - from))));
    expect(control.dataOf(ids[1])).toEqual([{}]);
  });

  test("procedures set and get what the browser only sees, and what it never sees", async () => {
    await using started = await start(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const id = await socket.subscribe("session.data.live");

    expect(await socket.mutate("step", 3)).toMatchObject({ result: { data: 3 } });

    expect((await socket.data(id, 2))[1]).toEqual({ step: 3 });
    expect(await socket.query("secret")).toMatchObject({ result: { data: "s3cret" } });
    for (const [method, path] of [
      ["query", "session.data.get"],
      ["mutation", "session.data.set"],
      ["mutation", "session.data.delete"],
    ] as const) {
      for (const key of ["secret", "__proto__", "toString", "nothing", "$notice:1"]) {
        const input = path.endsWith("set") ? { key, value: "mine" } : { key };
        expect(await socket.call(method, path, input)).toMatchObject({
          error: { data: { code: "BAD_REQUEST", reason: "INVALID_FIELDS", fields: { key: [expect.any(String)] } } },
        });
      }
    }
    expect(await socket.mutate("session.data.set", { key: "step", value: 9 })).toMatchObject({
      error: { data: { fields: { key: ["This key cannot be set here."] } } },
    });
    expect(await socket.query("session.data.get", { key: "step" })).toMatchObject({ result: { data: 3 } });
    expect(socket.texts.filter((text) => text.includes("s3cret"))).toHaveLength(1);
  });

  test("values that do not fit are refused, from the browser as fields, from the server as a mistake", async () => {
    await using started = await start(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    for (const input of [
      { key: "theme", value: "pink" },
      { key: "theme" },
      { key: "basket", value: ["x".repeat(8192)] },
      { key: "basket", value: ["a\0b"] },
    ]) {
      expect(await socket.mutate("session.data.set", input)).toMatchObject({
        error: { data: { reason: "INVALID_FIELDS", fields: { value: [expect.any(String)] } } },
      });
    }
    expect(await socket.mutate("wrong")).toMatchObject({ error: { data: { code: "INTERNAL_SERVER_ERROR" } } });
    expect(await socket.query("undeclared")).toMatchObject({ error: { data: { code: "INTERNAL_SERVER_ERROR" } } });
    expect(await socket.mutate("session.data.set", { key: "basket", value: ["x".repeat(8188)] })).toHaveProperty(
      "result",
    );
  });

  test("SES-28: a call that fails keeps nothing it set, but what it committed", async () => {
    await using started = await start(dialect);
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    const step = async () => (await socket.query("session.data.get", { key: "step" })).result?.data;

    await socket.mutate("fail");
    expect(await step()).toBeNull();
    expect(await socket.mutate("failInside")).toMatchObject({ result: { data: null } });
    expect(await step()).toBeNull();
    await socket.mutate("commitThenFail");
    expect(await step()).toBe(7);
    expect(await socket.query("secret")).toMatchObject({ result: { data: null } });
  });

  test("what is set by a call under way when its session ends is not kept, and does no harm", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    const { promise, resolve } = Promise.withResolvers<void>();
    gate = promise;
    const slow = app.http("slowStep", { input: 9, cookie: ann.cookie });
    await new Promise((wait) => setTimeout(wait, 50));
    await app.http("auth.logout", { cookie: ann.cookie });
    resolve();

    expect((await slow).status).toBe(401);
    expect(await app.db.select().from(app.db.tables.sessionData)).toEqual([]);
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });

  test("visitors keep nothing unless the site says so", async () => {
    await using started = await start(dialect);
    const { app } = started;
    await using socket = await app.open();
    expect(await socket.mutate("session.data.set", dark)).toMatchObject({ error: { data: { code: "UNAUTHORIZED" } } });
    const response = await app.http("session.data.set", { input: dark });
    expect(response.status).toBe(401);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(await app.db.select().from(app.db.tables.visitors)).toEqual([]);
  });

  test("SES-26: visiting keeps nothing and sets no cookie, over HTTP and the socket", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    await using socket = await app.open();
    const id = await socket.subscribe("session.data.live");
    await socket.data(id, 1);
    await socket.query("session.data.get", { key: "theme" });
    for (const path of ["session.me", "secret"]) {
      const response = await app.http(path, { method: "GET" });
      expect([path, response.status, response.headers.getSetCookie()]).toEqual([path, 200, []]);
    }
    expect(await app.db.select().from(app.db.tables.visitors)).toEqual([]);
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });

  test("the first value of a visitor is kept over HTTP, which sets the cookie; sockets with it are live", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    await using early = await app.open();
    expect(await early.mutate("session.data.set", dark)).toMatchObject({
      error: { data: { reason: "WRONG_TRANSPORT" } },
    });

    const response = await app.http("session.data.set", { input: dark });
    const { visitor = "" } = cookiesOf(response);
    expect(response.headers.get("session-change")).toBe("visitor");
    expect(response.headers.get("set-cookie")).toMatch(
      /^visitor=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
    );

    await using socket = await app.open(`visitor=${visitor}`);
    await using other = await app.open();
    const id = await socket.subscribe("session.data.live");
    expect(await socket.data(id, 1)).toEqual([{ theme: "dark" }]);
    expect(await socket.mutate("session.data.set", { key: "theme", value: "light" })).toHaveProperty("result");
    expect((await socket.data(id, 2))[1]).toEqual({ theme: "light" });
    expect(await other.query("session.data.get", { key: "theme" })).toMatchObject({ result: { data: null } });
    // The cookie is not to be read by procedures.
    expect(await socket.query("cookies")).toMatchObject({ result: { data: {} } });
    expect(socket.texts.join()).not.toContain(visitor);

    const again = await app.http("session.data.set", { input: dark, cookie: `visitor=${visitor}` });
    expect(cookiesOf(again)).toEqual({ visitor });
    expect(again.headers.get("session-change")).toBeNull();
    expect(await app.db.select().from(app.db.tables.visitors)).toHaveLength(1);
  });

  test("SES-20, OUT-14: what a session sets that has ended, or got another token, is refused and kept for nobody", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const [ann, bob, cid] = [await app.signIn("ann"), await app.signIn("bob"), await app.signIn("cid")];
    const stepUp = await app.http("auth.stepUp", { input: { password: ann.password }, cookie: ann.cookie });
    expect(stepUp.status).toBe(200);
    await app.http("auth.logout", { cookie: bob.cookie });
    const { sessions, visitors: kept } = app.db.tables;
    const past = new Date(Date.now() - 1000);
    await app.db.update(sessions).set({ expiresAt: past }).where(eq(sessions.userId, cid.id));
    const beforehand = await app.db.select().from(kept);

    for (const user of [ann, bob, cid]) {
      for (const [path, input] of [
        ["session.data.set", { key: "basket", value: ["a secret"] }],
        ["session.data.delete", { key: "basket" }],
      ] as const) {
        const response = await app.http(path, { input, cookie: user.cookie });
        expect(response.status).toBe(401);
        expect(cookiesOf(response)).not.toHaveProperty("visitor");
        // The cookie of a session that has run out is taken away, so that its browser is a visitor's from then on.
        expect(cookiesOf(response)).toEqual(user === cid ? { session: "" } : {});
      }
    }
    expect(await app.db.select().from(kept)).toEqual(beforehand);

    // Nor does it reach what was kept for a visitor of this browser before.
    const { visitor = "" } = cookiesOf(await app.http("session.data.set", { input: dark }));
    const both = `${ann.cookie}; visitor=${visitor}`;
    const late = await app.http("session.data.set", { input: { key: "theme", value: "light" }, cookie: both });
    expect(late.status).toBe(401);
    await using socket = await app.open(`visitor=${visitor}`);
    expect(await socket.query("session.data.get", { key: "theme" })).toMatchObject({ result: { data: "dark" } });
    const present = cookiesOf(stepUp)["session"];
    const good = await app.http("session.data.set", { input: dark, cookie: `session=${present}` });
    expect(good.status).toBe(200);
  });

  test("a visitor's cookie that is forged, doubled or of nobody begins anew, and is never adopted", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const forged = "A".repeat(43);
    for (const cookie of [`visitor=${forged}`, `visitor=${forged}; visitor=${forged}`, "visitor=x"]) {
      const response = await app.http("session.data.set", { input: dark, cookie });
      const { visitor } = cookiesOf(response);
      expect(visitor).toMatch(/^[\w-]{43}$/);
      expect(visitor).not.toBe(forged);
    }
  });

  test("a sign-in carries the visitor's values into the session, and signing out keeps what is to be kept", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const first = cookiesOf(await app.http("session.data.set", { input: dark }));
    const cookie = `visitor=${first["visitor"]}`;
    await app.http("session.data.set", { input: { key: "basket", value: ["tea"] }, cookie });

    const login = await app.http("auth.login", { input: { login: "ann", password: ann.password }, cookie });
    const { session = "", visitor } = cookiesOf(login);
    expect(visitor).toBe("");
    expect(login.headers.get("session-change")).toBe("signed-in");
    await using socket = await app.open(`session=${session}`);
    const id = await socket.subscribe("session.data.live");
    expect(await socket.data(id, 1)).toEqual([{ theme: "dark", basket: ["tea"] }]);
    expect(await app.db.select().from(app.db.tables.visitors)).toEqual([]);

    const logout = await app.http("auth.logout", { cookie: `session=${session}` });
    expect(logout.headers.get("session-change")).toBe("signed-out");
    const after = cookiesOf(logout);
    expect(after["session"]).toBe("");
    await using visiting = await app.open(`visitor=${after["visitor"]}`);
    const visitingId = await visiting.subscribe("session.data.live");
    expect(await visiting.data(visitingId, 1)).toEqual([{ theme: "dark" }]);

    // The next to sign in at this browser gets what is kept for whoever sits there, and nothing of Ann's.
    const next = await app.http("auth.login", {
      input: { login: "bob", password: bob.password },
      cookie: `visitor=${after["visitor"]}`,
    });
    await using bobs = await app.open(`session=${cookiesOf(next)["session"]}`);
    const bobsId = await bobs.subscribe("session.data.live");
    expect(await bobs.data(bobsId, 1)).toEqual([{ theme: "dark" }]);
  });

  test("signing out everywhere keeps it as well, and deleting the account keeps nothing", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    for (const { cookie } of [ann, bob]) await app.http("session.data.set", { input: dark, cookie });

    const after = cookiesOf(await app.http("account.sessions.endAll", { cookie: ann.cookie }));
    expect(after["session"]).toBe("");
    await using visiting = await app.open(`visitor=${after["visitor"]}`);
    expect(await visiting.query("session.data.get", { key: "theme" })).toMatchObject({ result: { data: "dark" } });

    const deleted = await app.http("account.delete", { input: { password: bob.password }, cookie: bob.cookie });
    expect(deleted.status).toBe(200);
    expect(cookiesOf(deleted)).toEqual({ session: "" });
  });

  test("a sign-out whose database is away is not held up by what it would keep", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const ann = await app.signIn("ann");
    const kept = vi.spyOn(app.auth.sessionData, "keepAtSignOut").mockRejectedValue(new Error("away"));
    const logout = await app.http("auth.logout", { cookie: ann.cookie });
    kept.mockRestore();
    expect(logout.status).toBe(200);
    expect(cookiesOf(logout)).toEqual({ session: "" });
    expect(await app.db.select().from(app.db.tables.sessions)).toEqual([]);
  });

  test("an address begins to keep something for so many visitors and no more", async () => {
    await using started = await start(dialect, visitors);
    const { app } = started;
    const statuses: number[] = [];
    for (let visit = 0; visit < 101; visit += 1) {
      statuses.push((await app.http("session.data.set", { input: dark })).status);
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.at(-1)).toBe(429);
  });
});

test("keys are checked when they are declared", () => {
  expect(() => defineSessionData({ $notice: z.string() })).toThrow('"$notice" can\'t be a key');
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, key) => [`key${key}`, z.string()]));
  expect(() => defineSessionData(many)).toThrow("at most 100");
});
