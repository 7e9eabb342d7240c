import { z } from "zod";

import type { SignedInContext } from "@countersign/rpc";

import type { Values } from "../../crud/crud-options.ts";
import { notes, procedures, tasks } from "../routers.ts";
import type { Tables } from "../tables.ts";

const { createCallerFactory, protectedProcedure, router } = procedures;

/** Calls what works, in the name of who called what does not. */
export const healthy = createCallerFactory(router({ note: notes, task: tasks }));

export type Context = SignedInContext<Tables, string>;

export const OneId = z.strictObject({ id: z.uuid() });

/** The healthy `create` of notes, after something else. */
export function createAfter(prepare: (call: { readonly ctx: Context; readonly input: Values }) => Promise<Values>) {
  return protectedProcedure.input(inputOf(notes.create)).mutation(async ({ ctx, input }) => {
    return healthy(ctx).note.create(sentAgain(await prepare({ ctx, input })));
  });
}

/** The schema of a healthy procedure. */
export function inputOf(procedure: unknown): z.ZodObject {
  // The cast: every procedure of the notes that takes an input has one schema, and of an object.
  return (procedure as { readonly _def: { readonly inputs: readonly [z.ZodObject] } })._def.inputs[0];
}

/** A parsed input as it was sent; the casts of those who use it: it has been parsed by the procedure's own schema. */
export function sentAgain(input: unknown): never {
  return (input === undefined ? input : JSON.parse(JSON.stringify(input))) as never;
}
