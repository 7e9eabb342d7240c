import { z } from "zod";

import { adminTopic } from "@countersign/auth";
import { adminSessionOrders } from "@countersign/contract";

import { liveList } from "../../live/live-list.ts";
import { router } from "../library-procedures.ts";

import { adminProcedure, callOf, settle } from "./admin-call.ts";
import { ById, Id, Page, readPage, Resume } from "./admin-input.ts";

const Query = z.strictObject({
  ...Page,
  userId: Id.optional(),
  order: z.enum(adminSessionOrders).default("-lastUsedAt"),
});

/** Running sessions of everybody. */
export const adminSessionRouter = router({
  list: adminProcedure("sessions.view")
    .input(Query.prefault({}))
    .query(({ ctx, input }) => readPage(ctx.caller.services.auth.admin.sessions.list(input))),

  /** The same page of the list, live. */
  live: adminProcedure("sessions.view")
    .input(Query.extend(Resume).prefault({}))
    .subscription(({ ctx, input: { lastEventId, ...query } }) => {
      const { sessions } = ctx.caller.services.auth.admin;
      return liveList(ctx, {
        topic: adminTopic.sessions,
        key: `${adminTopic.sessions}:${JSON.stringify(query)}`,
        read: async () => (await readPage(sessions.rows(query))).rows,
        lastEventId,
      });
    }),

  end: adminProcedure("users.end_sessions")
    .input(ById)
    .mutation(async ({ ctx, input }) => {
      await settle(await ctx.caller.services.auth.admin.sessions.end(callOf(ctx), input.id));
      return {};
    }),
});
