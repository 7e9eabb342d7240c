import { randomUUID } from "node:crypto";

import { TRPCError, tracked } from "@trpc/server";
import { z } from "zod";

import { diffRows, type LiveListFrame } from "@countersign/contract";

import { type FixtureContext, open, Refusal, t } from "./fixture-procedure.ts";
import type { Task } from "./fixture-state.ts";

const state = z.enum(["todo", "doing", "done"]);
const title = z.string().max(20, "Too long: at most 20 characters.");
const key = z.string().optional();
const query = z.strictObject({
  search: z.string().optional(),
  filter: z
    .strictObject({
      state: z.strictObject({ eq: state.optional(), in: z.array(state).optional() }).optional(),
      title: z.strictObject({ contains: z.string().optional() }).optional(),
    })
    .optional(),
  order: z.strictObject({ by: z.enum(["rank", "title"]), direction: z.enum(["asc", "desc"]).optional() }).optional(),
  limit: z.int().min(1).max(100).optional(),
  offset: z.int().optional(),
  count: z.boolean().optional(),
});

/** A router of rows on the wire of `crudRouter`, in memory, whose turns a test can hold back. */
export const taskRouter = t.router({
  list: open.input(query.optional()).query(({ ctx, input }) => {
    ctx.state.taskReads.list += 1;
    return { ...read(ctx, input ?? {}), nextCursor: null };
  }),
  get: open.input(z.strictObject({ id: z.string() })).query(({ ctx, input }) => {
    ctx.state.taskReads.get += 1;
    return find(ctx, input.id);
  }),
  create: open
    .input(z.strictObject({ title, state: state.optional(), rank: z.number().optional(), key }))
    .mutation(({ ctx, input }) =>
      act(ctx, "create", input, () => {
        const { key: _, ...fields } = input;
        return ctx.state.setTask({ ...definedOf(fields), id: randomUUID(), title: input.title.trim() });
      }),
    ),
  update: open
    .input(
      z.strictObject({
        id: z.string(),
        version: z.number(),
        title: title.optional(),
        state: state.optional(),
        rank: z.number().optional(),
        key,
      }),
    )
    .mutation(({ ctx, input }) =>
      act(ctx, "update", input, () => {
        const { key: _, id, version, ...fields } = input;
        const task = find(ctx, id);
        if (task.version !== version) {
          throw refusal("CONFLICT", { reason: "VERSION_CONFLICT", current: task });
        }
        return ctx.state.setTask({ ...task, ...definedOf(fields), version: version + 1 });
      }),
    ),
  remove: open.input(z.strictObject({ id: z.string(), key })).mutation(({ ctx, input }) =>
    act(ctx, "remove", input, () => {
      find(ctx, input.id);
      ctx.state.removeTask(input.id);
      return {};
    }),
  ),
  live: open.input(query.extend({ lastEventId: z.string().optional() }).optional()).subscription(async function* ({
    ctx,
    input,
    signal,
  }) {
    if (!ctx.state.snapshotOf(ctx.token).isAuthenticated) throw new TRPCError({ code: "UNAUTHORIZED" });
    ctx.state.taskReaders += 1;
    let before: ReturnType<typeof read> | null = null;
    let serial = 0;
    for await (const _ of ctx.state.watch(() => null, signal)) {
      await ctx.behaviour.taskTurns("live sends");
      const present = read(ctx, input ?? {});
      const frame: LiveListFrame<Task> | null = before ? difference(before, present) : { type: "list", ...present };
      before = present;
      if (frame) yield tracked(String(++serial), frame);
    }
  }),
});

type Query = z.infer<typeof query>;

function read(
  { state: { tasks } }: FixtureContext,
  { search = "", filter = {}, order, limit = 20, offset = 0 }: Query,
) {
  const text = search.toLowerCase();
  const found = [...tasks.values()].filter(
    (task) =>
      task.title.toLowerCase().includes(text) &&
      (filter.state?.eq === undefined || task.state === filter.state.eq) &&
      (filter.state?.in?.includes(task.state) ?? true) &&
      task.title.includes(filter.title?.contains ?? ""),
  );
  const sign = order?.direction === "desc" ? -1 : 1;
  const rows = order ? found.toSorted((a, b) => sign * compare(a, b, order.by)) : found.toReversed();
  return { rows: rows.slice(offset, offset + limit), total: rows.length };
}

function compare(a: Task, b: Task, by: "rank" | "title"): number {
  return a[by] < b[by] || (a[by] === b[by] && a.id < b.id) ? -1 : 1;
}

function difference(before: ReturnType<typeof read>, after: ReturnType<typeof read>): LiveListFrame<Task> | null {
  const rows = diffRows(before.rows, after.rows, (a, b) => JSON.stringify(a) === JSON.stringify(b));
  if (before.total === after.total) return rows;
  return { ...(rows ?? { type: "difference", upsert: [], remove: [] }), total: after.total };
}

async function act<Answer>(
  ctx: FixtureContext,
  action: string,
  input: { readonly key?: string | undefined },
  change: () => Answer,
): Promise<Answer> {
  if (!ctx.state.snapshotOf(ctx.token).isAuthenticated) throw new TRPCError({ code: "UNAUTHORIZED" });
  await ctx.behaviour.taskTurns(`${action} acts`);
  const name = `${action} ${input.key ?? ""}`;
  if (input.key === undefined || !ctx.state.answers.has(name)) {
    ctx.state.answers.set(name, change());
    ctx.state.count(action);
  }
  await ctx.behaviour.taskTurns(`${action} answers`);
  // The cast: under this name stands what this action answered.
  return ctx.state.answers.get(name) as Answer;
}

function find({ state: { tasks } }: FixtureContext, id: string): Task {
  const task = tasks.get(id);
  if (!task) throw new TRPCError({ code: "NOT_FOUND" });
  return task;
}

function refusal(code: TRPCError["code"], data: Refusal["data"]): TRPCError {
  return new TRPCError({ code, cause: new Refusal(data) });
}

/** What was not said stays as it is. */
function definedOf<Fields extends object>(fields: Fields): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
