import { z } from "zod";

import type { CoreTables } from "@countersign/db";

import type { RequestFacts } from "../connection/request-facts.ts";
import type { CallContext } from "../procedure/call-context.ts";
import { createProcedures } from "../procedure/procedures.ts";
import { accountRouter } from "../routers/account.ts";
import { authRouter } from "../routers/auth.ts";
import { sessionRouter } from "../routers/session.ts";

/** What the test router guards with. */
export const testPermissions = ["reports.view"] as const;

const {
  router,
  publicProcedure,
  protectedProcedure,
  permissionProcedure,
  freshProcedure,
  staffProcedure,
  superuserProcedure,
  groupProcedure,
} = createProcedures({ permissions: testPermissions });

const Pause = z.strictObject({ ms: z.int().max(5000) });

/** A procedure of each kind, and some that misbehave. `counts` tells what ran. */
export function createTestRouter() {
  const counts = { mutations: 0, streams: 0, streamsEnded: 0 };
  /** Lets time pass between the check before the call and the write. */
  async function writeLate(ctx: Pick<CallContext<CoreTables, string>, "transaction">, ms: number) {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return ctx.transaction(async () => ++counts.mutations);
  }

  const testRouter = router({
    account: accountRouter,
    auth: authRouter,
    session: sessionRouter,
    anyone: publicProcedure.query(({ ctx }) => ctx.user?.username ?? null),
    who: protectedProcedure.query(({ ctx }) => ctx.user.username),
    reports: permissionProcedure("reports.view").query(() => "the report"),
    fresh: freshProcedure().mutation(() => "done"),
    staff: staffProcedure.query(() => "staff"),
    superuser: superuserProcedure.query(() => "superuser"),
    editors: groupProcedure("editors").query(() => "editors"),
    request: publicProcedure.query(({ ctx }) => ({ ...pick(ctx.request), isFrozen: Object.isFrozen(ctx.request) })),
    echo: publicProcedure
      .input(z.strictObject({ text: z.string().max(60_000) }))
      .query(({ input }) => input.text.length),
    large: publicProcedure
      .input(z.strictObject({ bytes: z.int().max(5_000_000) }))
      .query(({ input }) => "x".repeat(input.bytes)),
    count: protectedProcedure.mutation(() => ++counts.mutations),
    slow: protectedProcedure.input(Pause).mutation(({ ctx, input }) => writeLate(ctx, input.ms)),
    slowReport: permissionProcedure("reports.view")
      .input(Pause)
      .mutation(({ ctx, input }) => writeLate(ctx, input.ms)),
    boom: publicProcedure.query(() => {
      throw new Error("select secret from /etc/passwd");
    }),
    /** An ordinary generator: a value every 20 ms. */
    ticks: permissionProcedure("reports.view").subscription(async function* ({ signal }) {
      counts.streams += 1;
      try {
        for (let tick = 1; !signal?.aborted; tick += 1) {
          yield tick;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      } finally {
        counts.streamsEnded += 1;
      }
    }),
    /** As much as the reader takes, and more. */
    flood: publicProcedure.subscription(async function* ({ signal }) {
      const block = "x".repeat(64 * 1024);
      while (!signal?.aborted) {
        yield block;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  });
  return { router: testRouter, counts };
}

function pick({ headers, cookies, url, path, query, ip, protocol, locale, userAgent }: RequestFacts) {
  return { headers, cookies, url, path, query, ip, protocol, locale, userAgent };
}
