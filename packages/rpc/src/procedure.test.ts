import { eq } from "drizzle-orm";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import { can, type Principal, touchUser } from "@countersign/auth";

import { LiveInput, liveList } from "./live/live-list.ts";
import { forbidden } from "./procedure/call-error.ts";
import { currentCall } from "./procedure/current-call.ts";
import { definePolicies } from "./procedure/policies.ts";
import { createProcedures } from "./procedure/procedures.ts";
import type { RefusalAnswer } from "./procedure/refusal-hook.ts";
import { accountRouter } from "./routers/account.ts";
import { authRouter } from "./routers/auth.ts";
import { sessionRouter } from "./routers/session.ts";
import { startTestApp } from "./testing/test-app.ts";

interface Row {
  readonly id: string;
  readonly owner: string;
  readonly secret: string;
}

const policies = definePolicies({
  "rows.change": ({ user }: Principal, row: Row) => row.owner === user.username,
  "rows.remove": ({ user }: Principal, row: Row) => row.owner === user.username && user.isStaff,
  "rows.break": (_principal: Principal, row: Row) => {
    throw new Error(`No rule for ${row.id}`);
  },
  // A promise is true to `if`: only `true` lets pass.
  "rows.promise": ((_principal: Principal, _row: Row) => Promise.resolve(true)) as unknown as () => boolean,
});

const counts = { tenant: 0, site: 0, broken: 0 };
const permissions = ["reports.view"] as const;

const {
  router,
  publicProcedure,
  protectedProcedure,
  permissionProcedure,
  procedureWith,
  freshProcedure,
  proceduresFor,
  rowCan,
} = createProcedures({
  permissions,
  policies,
  provide: {
    tenant: async (call) => {
      counts.tenant += 1;
      await Promise.resolve();
      return { name: `tenant of ${call.user?.username ?? "nobody"}` };
    },
    siteName: () => `site ${(counts.site += 1)}`,
    broken: () => {
      counts.broken += 1;
      throw new Error("no tenant");
    },
  },
  onUnauthenticated: ({ path }) => ({ redirectTo: `/login?from=${path}` }),
  onForbidden: () => ({ message: "Ask for access.", notice: { kind: "warning", text: "Ask for access." } }),
});
const billing = proceduresFor({ onForbidden: () => ({ redirectTo: "/plans" }), without: ["broken"] });
const withRights = rowCan("rows.change", "rows.remove");

const rows: readonly Row[] = [
  { id: "1", owner: "ann", secret: "a" },
  { id: "2", owner: "bob", secret: "b" },
];
const permission = { permissions } as const;
/** The hook of one procedure gives what a test wants. */
let answer: () => RefusalAnswer | null = () => null;

const testRouter = router({
  account: accountRouter,
  auth: authRouter,
  session: sessionRouter,
  can: publicProcedure
    .input(z.enum(["rows.change", "rows.remove", "rows.break", "rows.promise"]))
    .query(({ ctx, input }) => rows.map((row) => ctx.can(input, row))),
  canNothing: protectedProcedure.query(({ ctx }) => ctx.can("rows.change", undefined as never)),
  canUnknown: protectedProcedure.query(({ ctx }) => ctx.can("rows.unknown" as never, rows[0] as never)),
  rows: publicProcedure.query(({ ctx }) => rows.map((row) => withRights(ctx, row, { id: row.id }))),
  live: protectedProcedure.input(LiveInput).subscription(({ ctx, input }) =>
    liveList(ctx, {
      topic: "rows",
      key: `rows:${ctx.user.id}`,
      async read(principal) {
        const seesAll = can(principal, "reports.view");
        const seen = rows.filter((row) => seesAll || row.owner === principal?.user.username);
        return seen.map((row) => withRights({ ...ctx, principal }, row, { id: row.id, version: 1 }));
      },
      lastEventId: input?.lastEventId,
    }),
  ),
  own: protectedProcedure.query(() => "own"),
  report: permissionProcedure("reports.view").query(() => "report"),
  reportWith: procedureWith(permission, { onForbidden: () => answer() }).query(() => "report"),
  bill: billing.permissionProcedure("reports.view").query(() => "bill"),
  billOf: billing.procedureWith(permission, { onForbidden: () => answer() }).query(() => "bill"),
  fresh: freshProcedure(60).query(() => "fresh"),
  thrown: protectedProcedure.query(() => {
    throw forbidden();
  }),
  tenant: publicProcedure.query(async ({ ctx }) => {
    const [first, second] = await Promise.all([ctx.tenant(), ctx.tenant()]);
    return { name: first.name, isSame: first === second, site: [ctx.siteName(), ctx.siteName()] };
  }),
  broken: publicProcedure.query(({ ctx }) => {
    const tries = [1, 2].map(() => {
      try {
        return ctx.broken();
      } catch (error) {
        return String(error);
      }
    });
    return tries;
  }),
  without: billing.protectedProcedure.query(({ ctx }) => ["siteName" in ctx, "broken" in ctx]),
  current: publicProcedure.query(async () => {
    await Promise.resolve();
    return currentCall().user?.username ?? "nobody";
  }),
});

async function start(dialect: TestDialect, clock?: { now(): number }) {
  const database = await dialect.create();
  const app = await startTestApp({
    router: testRouter,
    databaseUrl: database.url,
    permissions,
    ...(clock && { clock }),
  });
  return {
    app,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

describeDatabases((dialect) => {
  test("P3: a policy decides by the row and by who asks, and visitors may nothing", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    const ask = async (cookie: string | undefined, name: string) => {
      const response = await app.http("can", { method: "GET", input: name, cookie });
      return ((await response.json()) as { result: { data: boolean[] } }).result.data;
    };
    expect(await ask(ann.cookie, "rows.change")).toEqual([true, false]);
    expect(await ask(bob.cookie, "rows.change")).toEqual([false, true]);
    expect(await ask(undefined, "rows.change")).toEqual([false, false]);
    expect(await ask(ann.cookie, "rows.remove")).toEqual([false, false]);

    await app.db.update(app.db.tables.users).set({ isStaff: true, isSuperuser: true });
    expect(await ask(ann.cookie, "rows.remove")).toEqual([true, false]);
  });

  test("P3: a policy that throws says no and is logged, and one that answers anything but true says no", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    expect(await socket.query("can", "rows.break")).toMatchObject({ result: { data: [false, false] } });
    expect(app.logged.map(({ message }) => message)).toEqual(Array(2).fill("A policy failed and so said no"));
    expect(await socket.query("can", "rows.promise")).toMatchObject({ result: { data: [false, false] } });
    expect(await socket.query("canNothing")).toMatchObject({ result: { data: false } });
    expect(await socket.query("canUnknown")).toMatchObject({ error: { data: { code: "INTERNAL_SERVER_ERROR" } } });
  });

  test("P5: rows carry what this user may do with each, and no more of the row than is shown", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const no = { "rows.change": false, "rows.remove": false };
    const mine = { id: "1", $can: { ...no, "rows.change": true } };
    expect((await socket.query("rows")).result?.data).toEqual([mine, { id: "2", $can: no }]);
    expect((await other.query("rows")).result?.data).toEqual([
      { id: "1", $can: no },
      { id: "2", $can: { ...no, "rows.change": true } },
    ]);
  });

  test("P6: rights that change take rows away, give rows, and change what rows may be done to, on open lists", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const id = await socket.subscribe("live");
    const theirs = await other.subscribe("live");
    await other.data(theirs, 1);
    const row = (name: string, change: boolean, remove = false) => ({
      id: name,
      version: 1,
      $can: { "rows.change": change, "rows.remove": remove },
    });
    const frames = async (count: number) => {
      const data = (await socket.data(id, count)) as { data: unknown }[];
      return data.map((frame) => frame.data);
    };
    expect(await frames(1)).toEqual([{ type: "list", rows: [row("1", true)] }]);

    await app.auth.rights.grant(ann.id, "reports.view");
    expect((await frames(2))[1]).toMatchObject({ upsert: [row("2", false)], remove: [], order: ["1", "2"] });

    await app.db.update(app.db.tables.users).set({ isStaff: true }).where(eq(app.db.tables.users.id, ann.id));
    await touchUser(app, ann.id);
    expect((await frames(3))[2]).toEqual({ type: "difference", upsert: [row("1", true, true)], remove: [] });

    await app.auth.rights.withdraw(ann.id, "reports.view");
    expect((await frames(4))[3]).toEqual({ type: "difference", upsert: [], remove: ["2"] });
    expect(other.dataOf(theirs)).toHaveLength(1);

    // Resuming shows what changed meanwhile, also when it was only a right.
    const last = socket.frames.findLast((frame) => frame.id === id && frame.result?.id)?.result?.id;
    await app.db.update(app.db.tables.users).set({ isStaff: false }).where(eq(app.db.tables.users.id, ann.id));
    await using later = await ann.open();
    const after = await later.subscribe("live", { lastEventId: last });
    expect(await later.data(after, 1)).toMatchObject([{ data: { type: "list", rows: [row("1", true, false)] } }]);
  });

  test("P4: the hooks of the app, the router and the procedure answer refusals, the nearest one each", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    await using visitor = await app.open();
    answer = () => ({ message: "Ask Bob.", details: { owner: "bob" } });

    expect((await visitor.query("own")).error?.data).toMatchObject({
      code: "UNAUTHORIZED",
      redirectTo: "/login?from=own",
    });
    expect((await visitor.query("bill")).error?.data).toMatchObject({ redirectTo: "/login?from=bill" });
    expect((await socket.query("report")).error).toMatchObject({
      message: "Ask for access.",
      data: { code: "FORBIDDEN", notice: { kind: "warning", text: "Ask for access." } },
    });
    expect((await socket.query("bill")).error?.data).toMatchObject({ code: "FORBIDDEN", redirectTo: "/plans" });
    for (const path of ["reportWith", "billOf"]) {
      const { error } = await socket.query(path);
      expect(error).toMatchObject({ message: "Ask Bob.", data: { code: "FORBIDDEN", details: { owner: "bob" } } });
      expect(error?.data).not.toHaveProperty("redirectTo");
    }
    // A procedure's own refusal is its own.
    expect((await socket.query("thrown")).error?.data).not.toHaveProperty("notice");
  });

  test("B8: a hook that fails, answers nothing or wants to lead elsewhere lets nobody pass", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const ann = await app.signIn("ann");
    await using socket = await ann.open();
    const answers: (() => RefusalAnswer | null)[] = [
      () => null,
      () => {
        throw new Error("The hook is broken.");
      },
      () => ({ redirectTo: "https://evil.example/" }),
      () => ({ redirectTo: "//evil.example" }),
      () => ({ redirectTo: "javascript:alert(1)" }),
      () => ({ redirectTo: "/\\evil.example" }),
    ];
    for (const next of answers) {
      answer = next;
      const { error } = await socket.query("reportWith");
      expect(error?.data.code).toBe("FORBIDDEN");
      expect(error?.data).not.toHaveProperty("redirectTo");
    }
    expect(app.logged.map(({ message }) => message)).toContain("The hook of a refusal failed");
    answer = () => ({ redirectTo: "/plans?from=/reports" });
    expect((await socket.query("reportWith")).error?.data["redirectTo"]).toBe("/plans?from=/reports");
    await app.auth.rights.grant(ann.id, "reports.view");
    expect(await socket.query("reportWith")).toMatchObject({ result: { data: "report" } });
  });

  test("a missing fresh sign-in is told as such, whatever the hooks say", async () => {
    let now = Date.now();
    await using started = await start(dialect, { now: () => now });
    const ann = await started.app.signIn("ann");
    await using socket = await ann.open();
    expect(await socket.query("fresh")).toHaveProperty("result");
    now += 61_000;
    const { error } = await socket.query("fresh");
    expect(error?.data).toMatchObject({ code: "FORBIDDEN", reason: "REAUTH" });
    expect(error?.data).not.toHaveProperty("notice");
  });

  test("B6: what is provided is worked out when asked for, once per call, for this caller", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const before = { ...counts };

    await socket.query("own");
    expect(counts).toEqual(before);
    const site = `site ${before.site + 1}`;
    expect((await socket.query("tenant")).result?.data).toEqual({
      name: "tenant of ann",
      isSame: true,
      site: [site, site],
    });
    expect(counts).toEqual({ ...before, tenant: before.tenant + 1, site: before.site + 1 });
    expect((await other.query("tenant")).result?.data).toMatchObject({ name: "tenant of bob" });

    expect((await socket.query("broken")).result?.data).toEqual(["Error: no tenant", "Error: no tenant"]);
    expect(counts.broken).toBe(before.broken + 1);
    expect((await socket.query("without")).result?.data).toEqual([true, false]);
  });

  test("B7: the current call is found below a procedure, each its own, and nowhere else", async () => {
    await using started = await start(dialect);
    const { app } = started;
    const [ann, bob] = [await app.signIn("ann"), await app.signIn("bob")];
    await using socket = await ann.open();
    await using other = await bob.open();
    const names = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const frame = await (index % 2 === 0 ? socket : other).query("current");
        return frame.result?.data;
      }),
    );
    expect(names).toEqual(Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? "ann" : "bob")));
    expect(() => currentCall()).toThrow("Outside of a call there is no request");
  });
});

test("slips are errors at start", () => {
  expect(() => definePolicies({ "Rows.change": () => true })).toThrow('Policy "Rows.change" is malformed');
  expect(() => rowCan("rows.unknown" as never)).toThrow('There is no policy "rows.unknown"');
  expect(() => createProcedures({ provide: { user: () => 1 } })).toThrow('Every context has "user" already');
  expect(() => proceduresFor({ without: ["nothing" as never] })).toThrow('There is no provider "nothing"');
});

test("the context is typed by what the app declares", () => {
  protectedProcedure.query(({ ctx }) => {
    expectTypeOf(ctx.siteName).returns.toEqualTypeOf<string>();
    expectTypeOf(ctx.tenant).returns.resolves.toEqualTypeOf<{ name: string }>();
    // @ts-expect-error -- a policy asks for its own row
    ctx.can("rows.change", { id: 1 });
    // @ts-expect-error -- no such policy
    ctx.can("rows.paint", rows[0]);
    // @ts-expect-error -- no such permission
    ctx.can("rows.paint");
  });
  billing.protectedProcedure.query(({ ctx }) => {
    expectTypeOf(ctx.siteName).returns.toEqualTypeOf<string>();
    // @ts-expect-error -- these procedures do without
    void ctx.broken;
  });
});
