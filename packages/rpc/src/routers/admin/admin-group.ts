import { z } from "zod";

import { adminTopic } from "@countersign/auth";
import type { AdminGroup } from "@countersign/contract";

import { liveList } from "../../live/live-list.ts";
import { router } from "../library-procedures.ts";

import { adminProcedure, callOf, currentFor, freshAdminProcedure, settle } from "./admin-call.ts";
import { ById, Id, Names, Page, readPage, Resume, Text, Version } from "./admin-input.ts";

const Query = z.strictObject(Page);
const NewGroup = z.strictObject({ name: Text, permissions: Names });
const GroupChange = z.strictObject({ id: Id, version: Version, name: Text.optional(), permissions: Names.optional() });

/** Groups, and what their members may do. */
export const adminGroupRouter = router({
  list: adminProcedure("groups.view")
    .input(Query.prefault({}))
    .query(({ ctx, input }) => readPage(ctx.caller.services.auth.admin.groups.list(input))),

  /** The same page of the list, live. */
  live: adminProcedure("groups.view")
    .input(Query.extend(Resume).prefault({}))
    .subscription(({ ctx, input: { lastEventId, ...query } }) => {
      const { groups } = ctx.caller.services.auth.admin;
      return liveList<AdminGroup>(ctx, {
        topic: adminTopic.groups,
        key: `${adminTopic.groups}:${JSON.stringify(query)}`,
        read: async () => (await readPage(groups.rows(query))).rows,
        lastEventId,
      });
    }),

  /** The names of those the caller is in, which are the ones they may put others into. */
  mine: adminProcedure("groups.view").query(({ ctx }) => [...ctx.principal.groups]),

  create: freshAdminProcedure("groups.change")
    .input(NewGroup)
    .mutation(async ({ ctx, input }) => {
      const { id } = await settle(await ctx.caller.services.auth.admin.groups.create(callOf(ctx), input));
      return { id };
    }),

  update: freshAdminProcedure("groups.change")
    .input(GroupChange)
    .mutation(async ({ ctx, input }) => {
      const { groups } = ctx.caller.services.auth.admin;
      const readCurrent = currentFor(ctx, "groups.view", () => groups.find(input.id));
      await settle(await groups.update(callOf(ctx), input), readCurrent);
      return {};
    }),

  remove: freshAdminProcedure("groups.change")
    .input(ById)
    .mutation(async ({ ctx, input }) => {
      await settle(await ctx.caller.services.auth.admin.groups.remove(callOf(ctx), input.id));
      return {};
    }),
});
