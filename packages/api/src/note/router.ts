import { CallError, forbidden, LiveInput, liveList, notFound, once } from "@countersign/rpc";

import { permissionProcedure, protectedProcedure, router, rowCan } from "../procedures.ts";

import { NewNote, type Note, NoteChange, NoteId } from "./note.ts";
import { countNotes, createNote, findNote, listNotes, removeNote, updateNote } from "./queries.ts";

const withRights = rowCan("notes.change", "notes.remove");

/** A user's own notes. Another user's note is not there, whatever is asked of it. */
export const noteRouter = router({
  list: protectedProcedure.query(async ({ ctx }): Promise<Note[]> => {
    const notes = await listNotes(ctx.db, ctx.user.id);
    return notes.map((note) => withRights(ctx, { ownerId: ctx.user.id }, note));
  }),

  get: protectedProcedure.input(NoteId).query(async ({ ctx, input }): Promise<Note> => {
    const note = await findNote(ctx.db, ctx.user.id, input.id);
    if (!note) throw notFound();
    return withRights(ctx, { ownerId: ctx.user.id }, note);
  }),

  create: protectedProcedure.input(NewNote).mutation(({ ctx, input }) => {
    const ownerId = ctx.user.id;
    const now = ctx.now();
    const call = { userId: ownerId, procedure: "note.create", key: input.key, input, now: now.getTime() };
    return ctx.transaction(
      (tx) =>
        once(tx, call, async () => {
          const note = await createNote(tx, ownerId, input, now);
          if (!note)
            throw new CallError("FORBIDDEN", "There is no room for another note.", { reason: "QUOTA_REACHED" });
          tx.afterCommit(() => ctx.bus.publish({ kind: "topic", topic: notesTopic(ownerId) }));
          return note;
        }),
      // Of many at once, each has to count those before it.
      { alone: true },
    );
  }),

  update: protectedProcedure.input(NoteChange).mutation(({ ctx, input }) => {
    const ownerId = ctx.user.id;
    const now = ctx.now();
    const call = { userId: ownerId, procedure: "note.update", key: input.key, input, now: now.getTime() };
    return ctx.transaction(async (tx) => {
      tx.afterCommit(() => ctx.bus.publish({ kind: "topic", topic: notesTopic(ownerId) }));
      return once(tx, call, async () => {
        const note = await updateNote(tx, ownerId, input, now);
        if (note) return note;
        const current = await findNote(tx, ownerId, input.id);
        if (!current) throw notFound();
        const message = "The note has changed since you read it.";
        throw new CallError("CONFLICT", message, { reason: "VERSION_CONFLICT", current });
      });
    });
  }),

  remove: protectedProcedure.input(NoteId).mutation(async ({ ctx, input }) => {
    const ownerId = ctx.user.id;
    await ctx.transaction(async (tx) => {
      if (!(await removeNote(tx, ownerId, input.id))) throw notFound();
      // After it was found, so that another user's note is not there, and undone with the rest.
      if (!ctx.can("notes.remove", { ownerId })) throw forbidden();
      tx.afterCommit(() => ctx.bus.publish({ kind: "topic", topic: notesTopic(ownerId) }));
    });
    return {};
  }),

  /** The list, then what changes in it. */
  live: protectedProcedure.input(LiveInput).subscription(({ ctx, input }) => {
    const topic = notesTopic(ctx.user.id);
    return liveList(ctx, {
      topic,
      key: topic,
      async read(principal): Promise<Note[]> {
        const notes = await listNotes(ctx.db, ctx.user.id);
        return notes.map((note) => withRights({ ...ctx, principal }, { ownerId: ctx.user.id }, note));
      },
      lastEventId: input?.lastEventId,
    });
  }),

  /** How much is written here, over all users: for those who may see it. */
  overview: permissionProcedure("notes.overview").query(({ ctx }) => countNotes(ctx.db)),
});

function notesTopic(ownerId: string): string {
  return `notes:${ownerId}`;
}
