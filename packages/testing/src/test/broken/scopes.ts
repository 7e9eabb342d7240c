import { TRPCError } from "@trpc/server";
import { and, eq, ne } from "drizzle-orm";

import { CallError, forbidden } from "@countersign/rpc";

import { crudRouter, notes, procedures, taskOptions, tasks, tasksOfRoles } from "../routers.ts";

import type { BrokenRouters } from "./broken.ts";
import { found } from "./found.ts";
import { type Context, createAfter, healthy, OneId } from "./healthy.ts";
import { open } from "./open.ts";

const { protectedProcedure, publicProcedure } = procedures;

/** What shows, or lets do, more than is one's own. */
export const brokenScopes: BrokenRouters = {
  "a list of everybody's rows": {
    rows: "notes",
    procedures: { ...notes, list: open.list },
    fails: [
      found.inTheBin,
      found.lists,
      found.byPermission,
      found.given,
      found.changed,
      found.ownKey,
      found.liveLists,
      found.transfer,
      found.atDelivery,
    ],
  },
  "a row that anybody can read": {
    rows: "notes",
    procedures: { ...notes, get: open.get },
    fails: [found.anotherRow, found.byPermission],
  },
  "a change by id alone": {
    rows: "notes",
    procedures: { ...notes, update: open.update, updateMany: open.updateMany },
    fails: [found.manyChanged, found.anotherRow, found.superusers, found.byPermission],
  },
  "a removal by id alone": {
    rows: "notes",
    procedures: { ...notes, remove: open.remove, removeMany: open.removeMany },
    fails: [found.manyRemoved, found.anotherRow, found.superusers, found.byPermission],
  },
  "a bin that anybody can take from": {
    rows: "notes",
    procedures: { ...notes, restore: open.restore },
    fails: [found.inTheBin],
  },
  "a bin that anybody can purge": {
    rows: "notes",
    procedures: { ...notes, purge: open.purge, purgeMany: open.purgeMany },
    fails: [found.inTheBin],
  },
  "a file of everybody's rows": {
    rows: "notes",
    procedures: { ...notes, export: open.export },
    fails: [found.exported],
  },
  "a procedure for visitors": {
    rows: "notes",
    procedures: { ...notes, count: publicProcedure.query(({ ctx }) => ctx.db.$count(ctx.db.tables.notes)) },
    fails: [found.visitors],
  },
  "superusers above the scope": {
    rows: "tasks",
    procedures: {
      ...tasks,
      get: protectedProcedure.input(OneId).query(async ({ ctx, input }) => {
        if (!ctx.user.isSuperuser) return healthy(ctx).task.get(input);
        const [row] = await ctx.db.select().from(ctx.db.tables.tasks).where(eq(ctx.db.tables.tasks.id, input.id));
        return row;
      }),
    },
    fails: [found.superusers],
  },
  "FORBIDDEN for what is somebody else's": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(OneId).query(async ({ ctx, input }) => {
        const isThere = await isAnothers(ctx, input.id);
        return healthy(ctx)
          .note.get(input)
          .catch((error: unknown) => {
            throw isThere && error instanceof TRPCError && error.code === "NOT_FOUND" ? forbidden() : error;
          });
      }),
    },
    fails: [found.anotherRow, found.inTheBin, found.byPermission],
  },
  "more time for what is somebody else's": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(OneId).query(async ({ ctx, input }) => {
        const isThere = await isAnothers(ctx, input.id);
        if (isThere) await new Promise((resolve) => setTimeout(resolve, 20));
        return healthy(ctx).note.get(input);
      }),
    },
    fails: [found.inTime],
  },
  "what another has already is taken": {
    rows: "notes",
    procedures: {
      ...notes,
      create: createAfter(async ({ ctx, input }) => {
        const { notes: table } = ctx.db.tables;
        const isLike = eq(table.label, String(input["label"]));
        const taken = await ctx.db.$count(table, and(isLike, ne(table.ownerId, ctx.user.id)));
        if (taken > 0) throw new CallError("CONFLICT", "There is one like this already.", { reason: "TAKEN" });
        return input;
      }),
    },
    fails: [found.lists, found.unique],
  },
  "rights that are told wrongly": {
    rows: "tasks",
    procedures: {
      ...tasks,
      get: protectedProcedure.input(OneId).query(async ({ ctx, input }) => ({
        ...(await healthy(ctx).task.get(input)),
        $can: { update: true, remove: true },
      })),
    },
    fails: [found.can],
  },
  "a viewer who may create": {
    rows: "tasks",
    procedures: {
      ...tasks,
      create: crudRouter({ ...taskOptions, scope: tasksOfRoles({ create: ["viewer", "editor"] }) }).create,
    },
    fails: [found.roleOfMaker],
  },
  "rows that outlive their owner": {
    rows: "tasks",
    procedures: tasks,
    promises: { ownedBy: "createdBy" },
    fails: [found.withAccount],
  },
};

async function isAnothers({ db, user }: Context, id: string): Promise<boolean> {
  const { notes: table } = db.tables;
  return (await db.$count(table, and(eq(table.id, id), ne(table.ownerId, user.id)))) > 0;
}
