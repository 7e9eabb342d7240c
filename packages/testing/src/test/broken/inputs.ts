import { eq } from "drizzle-orm";
import { z } from "zod";

import { CallError } from "@countersign/rpc";

import { crudRouter, noteOptions, notes, procedures } from "../routers.ts";

import type { BrokenRouters } from "./broken.ts";
import { found } from "./found.ts";
import { type Context, createAfter, healthy, inputOf, sentAgain } from "./healthy.ts";

const { protectedProcedure } = procedures;
const AnyId = z.looseObject({ id: z.string(), version: z.number().optional() });

/** What takes from an input more than it should. */
export const brokenInputs: BrokenRouters = {
  "an owner from the input": {
    rows: "notes",
    procedures: {
      ...notes,
      create: protectedProcedure
        .input(withOwner(notes.create))
        .mutation(async ({ ctx, input: { ownerId, ...input } }) => {
          const note = await healthy(ctx).note.create(sentAgain(input));
          await giveAway(ctx, note.id, ownerId);
          return note;
        }),
    },
    fails: [found.given],
  },
  "an owner that a change can set": {
    rows: "notes",
    procedures: {
      ...notes,
      update: protectedProcedure
        .input(withOwner(notes.update))
        .mutation(async ({ ctx, input: { ownerId, ...input } }) => {
          const note = await healthy(ctx).note.update(sentAgain(input));
          await giveAway(ctx, note.id, ownerId);
          return note;
        }),
    },
    fails: [found.changed],
  },
  "any id": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(AnyId).query(async ({ ctx, input }) => {
        const page = await healthy(ctx).note.list();
        const row = page.rows.find(({ id }) => id === input.id);
        if (!row) throw new CallError("NOT_FOUND", "Not found.");
        return row;
      }),
    },
    fails: [found.ids],
  },
  "texts that are changed": {
    rows: "notes",
    procedures: {
      ...notes,
      create: createAfter(async ({ input }) => ({
        ...input,
        title: String(input["title"]).normalize("NFKC").replaceAll("\u200b", ""),
      })),
    },
    fails: [found.texts],
  },
  "texts of any length": {
    rows: "notes",
    procedures: crudRouter({
      ...noteOptions,
      fields: {
        ...noteOptions.fields,
        label: z.string().refine((value) => value.isWellFormed() && !value.includes("\0")),
      },
    }),
    fails: [found.texts],
  },
  "numbers from anything": {
    rows: "notes",
    procedures: crudRouter({
      ...noteOptions,
      fields: { ...noteOptions.fields, priority: z.coerce.number().int().min(-1e9).max(1e9) },
    }),
    fails: [found.numbers],
  },
  "dates from anything": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, fields: { ...noteOptions.fields, dueAt: z.coerce.date() } }),
    fails: [found.numbers],
  },
};

async function giveAway({ db }: Context, id: string, ownerId: unknown): Promise<void> {
  const { notes: table } = db.tables;
  if (typeof ownerId === "string") await db.update(table).set({ ownerId }).where(eq(table.id, id));
}

function withOwner(procedure: unknown) {
  return inputOf(procedure).extend({ ownerId: z.uuid().optional() });
}
