import { z } from "zod";

import { CallError } from "@countersign/rpc";

import { crudRouter, noteOptions, notes, procedures } from "../routers.ts";

import type { BrokenRouters } from "./broken.ts";
import { found } from "./found.ts";
import { createAfter, healthy, inputOf, OneId, sentAgain } from "./healthy.ts";

const { protectedProcedure } = procedures;

const ManyNotes = z.strictObject({
  rows: z.array(z.strictObject({ id: z.uuid(), version: z.int() })).max(100),
  changes: z.strictObject({ title: z.string().optional(), isDone: z.boolean().optional() }),
});

/** The memory of a procedure that forgets whose a key is. */
const answersByKey = new Map<string, unknown>();
/** The memory of one that takes the first date for the only one. */
const datesByKey = new Map<string, unknown>();

/** Writes that are lost, doubled or half done. */
export const brokenWrites: BrokenRouters = {
  "a change from whatever version": {
    rows: "notes",
    procedures: {
      ...notes,
      update: protectedProcedure.input(inputOf(notes.update)).mutation(async ({ ctx, input }) => {
        for (;;) {
          const { version } = await healthy(ctx).note.get(sentAgain({ id: input["id"] }));
          try {
            return await healthy(ctx).note.update(sentAgain({ ...input, version }));
          } catch (error) {
            if (!(error instanceof CallError) || error.details.reason !== "VERSION_CONFLICT") throw error;
          }
        }
      }),
    },
    fails: [found.shown, found.oneOfTwo, found.race, found.keyOfChange],
  },
  "a key that is passed over": {
    rows: "notes",
    procedures: {
      ...notes,
      create: createAfter(async ({ input: { key, label, ...input } }) =>
        key === undefined ? { ...input, label } : input,
      ),
    },
    fails: [found.oneKey, found.keyOfOther],
  },
  "a key that passes over dates": {
    rows: "notes",
    procedures: {
      ...notes,
      create: createAfter(async ({ ctx, input: { dueAt, ...input } }) => {
        if (typeof input["key"] !== "string") return { ...input, dueAt };
        const name = `${ctx.user.id} ${input["key"]}`;
        const known = datesByKey.get(name) ?? dueAt;
        datesByKey.set(name, known);
        return { ...input, ...(known === undefined ? {} : { dueAt: known }) };
      }),
    },
    fails: [found.keyOfOther],
  },
  "a key that is everybody's": {
    rows: "notes",
    procedures: {
      ...notes,
      create: protectedProcedure.input(inputOf(notes.create)).mutation(async ({ ctx, input }) => {
        const key = typeof input["key"] === "string" ? input["key"] : crypto.randomUUID();
        if (!answersByKey.has(key)) answersByKey.set(key, await healthy(ctx).note.create(sentAgain(input)));
        return answersByKey.get(key);
      }),
    },
    fails: [found.oneKey, found.keyOfOther, found.ownKey],
  },
  "some of several": {
    rows: "notes",
    procedures: {
      ...notes,
      updateMany: protectedProcedure.input(ManyNotes).mutation(async ({ ctx, input }) => {
        const changes = [];
        for (const row of input.rows) changes.push(await healthy(ctx).note.update({ ...input.changes, ...row }));
        return changes;
      }),
    },
    fails: [found.manyChanged],
  },
  "a change that is not made": {
    rows: "notes",
    procedures: {
      ...notes,
      update: protectedProcedure.input(inputOf(notes.update)).mutation(({ ctx, input: { id, version, key } }) => {
        return healthy(ctx).note.update(sentAgain({ id, version, key }));
      }),
    },
    fails: [found.life, found.filterAtDelivery],
  },
  "a bin that forgets": {
    rows: "notes",
    procedures: {
      ...notes,
      restore: protectedProcedure.input(OneId).mutation(async ({ ctx, input: { id } }) => {
        const note = await healthy(ctx).note.restore({ id });
        return healthy(ctx).note.update({ id, version: note.version, dueAt: null });
      }),
    },
    fails: [found.bin],
  },
  "a purge that asks for no bin": {
    rows: "notes",
    procedures: {
      ...notes,
      purge: protectedProcedure.input(OneId).mutation(async ({ ctx, input: { id } }) => {
        await healthy(ctx).note.remove({ id });
        return healthy(ctx).note.purge({ id });
      }),
    },
    fails: [found.purged],
  },
  "a purge that keeps everything": {
    rows: "notes",
    procedures: { ...notes, purge: protectedProcedure.input(inputOf(notes.purge)).mutation(() => ({})) },
    fails: [found.purged, found.anotherRow, found.inTheBin, found.superusers, found.byPermission],
  },
  "some rows purged, the others not": {
    rows: "notes",
    procedures: {
      ...notes,
      purgeMany: protectedProcedure.input(ManyNotes.pick({ rows: true })).mutation(async ({ ctx, input: { rows } }) => {
        for (const row of rows) await healthy(ctx).note.purge(row);
        return { purged: rows.length };
      }),
    },
    fails: [found.manyPurged],
  },
  "no quota": { rows: "notes", procedures: withoutQuota(), fails: [found.quota] },
};

function withoutQuota() {
  const { quota: _, ...rest } = noteOptions;
  return crudRouter(rest);
}
