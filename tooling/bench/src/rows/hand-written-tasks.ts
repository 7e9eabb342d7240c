import { and, asc, eq, inArray, sql } from "drizzle-orm";
import { z } from "zod";

import { newId, type Principal } from "@countersign/auth";
import type { Transaction } from "@countersign/db";
import { CallError, forbidden, notFound } from "@countersign/rpc";

import { bodyRule, procedures, roles, titleRule } from "./crud-tasks.ts";
import type { Tables } from "./tables.ts";

type Reader = Pick<Transaction<Tables>, "select" | "tables" | "$count">;

const Id = z.uuid("This is not an id.");
const State = z.enum(["todo", "doing", "done"]);
const List = z.strictObject({
  filter: z.strictObject({ projectId: z.strictObject({ eq: Id }) }),
  limit: z.int().min(1).max(100),
});
const Create = z.strictObject({ projectId: Id, title: titleRule, body: bodyRule.optional(), rank: z.int() });
const Update = z.strictObject({
  id: Id,
  version: z.int().min(1),
  title: titleRule.optional(),
  body: bodyRule.optional(),
  state: State.optional(),
  rank: z.int().optional(),
});

/**
 * The same tasks by hand: the same procedures, the same statements, the same promises (the scope in every statement, the
 * version, rights with each row), written for this one table as somebody would who has no router of rows.
 */
export const handWrittenTasks = procedures.router({
  list: procedures.procedure.input(List).query(async ({ ctx, input }) => {
    const { tasks } = ctx.db.tables;
    const isAsked = and(mayRead(ctx.principal, ctx.db), eq(tasks.projectId, input.filter.projectId.eq));
    const [found, total] = await Promise.all([
      ctx.db
        .select(columnsFor(ctx.principal, ctx.db))
        .from(tasks)
        .where(isAsked)
        .orderBy(asc(tasks.rank), asc(tasks.id))
        .limit(input.limit + 1),
      ctx.db.$count(tasks, isAsked),
    ]);
    const rows = found.slice(0, input.limit);
    const last = found.length > input.limit ? rows.at(-1) : undefined;
    const cursor = last && JSON.stringify(["rank", "asc", last.rank, last.id]);
    const nextCursor = cursor ? Buffer.from(cursor).toString("base64url") : null;
    return { rows: rows.map(toSent), nextCursor, total };
  }),

  get: procedures.procedure.input(z.strictObject({ id: Id })).query(async ({ ctx, input }) => {
    const task = await findTask(ctx.principal, input.id, ctx.db);
    if (!task) throw notFound();
    return task;
  }),

  create: procedures.procedure.input(Create).mutation(({ ctx, input }) =>
    ctx.transaction(async (tx) => {
      const { tasks, projectMembers } = tx.tables;
      const query = tx
        .select({ role: projectMembers.role })
        .from(projectMembers)
        .where(and(eq(projectMembers.projectId, input.projectId), eq(projectMembers.userId, ctx.user.id)));
      const [member] = await (tx.dialect === "postgres" ? query.for("share") : query);
      if (!member || !roles.read.includes(member.role)) throw notFound();
      if (!roles.create.includes(member.role)) throw forbidden();

      const now = new Date();
      const row = { ...input, id: newId(), version: 1, createdAt: now, updatedAt: now };
      await tx.insert(tasks).values(row).returning();
      const created = await findTask(ctx.principal, row.id, tx);
      if (!created) throw notFound();
      return created;
    }),
  ),

  update: procedures.procedure.input(Update).mutation(({ ctx, input }) =>
    ctx.transaction(async (tx) => {
      const { id, version, ...changes } = input;
      const { tasks, projectMembers } = tx.tables;
      if (tx.dialect === "postgres") {
        const itsProject = sql`(select ${tasks.projectId} from ${tasks} where ${eq(tasks.id, id)})`;
        await tx
          .select({ key: projectMembers.projectId })
          .from(projectMembers)
          .where(and(eq(projectMembers.userId, ctx.user.id), sql`${projectMembers.projectId} = ${itsProject}`))
          .for("share");
      }
      const [task] = await tx
        .update(tasks)
        .set({ ...changes, version: sql`${tasks.version} + 1`, updatedAt: new Date() })
        .where(and(eq(tasks.id, id), eq(tasks.version, version), mayChange(ctx.principal, tx)))
        .returning(columnsFor(ctx.principal, tx));
      if (task) return toSent(task);

      const current = await findTask(ctx.principal, id, tx);
      if (!current) throw notFound();
      if (!current.$can.update) throw forbidden();
      throw new CallError("CONFLICT", "It has changed since you read it.", { reason: "VERSION_CONFLICT", current });
    }),
  ),
});

async function findTask(principal: Principal, id: string, reader: Reader) {
  const { tasks } = reader.tables;
  const [task] = await reader
    .select(columnsFor(principal, reader))
    .from(tasks)
    .where(and(eq(tasks.id, id), mayRead(principal, reader)));
  return task && toSent(task);
}

/** What is sent of a task, and what this user may do with it. */
function columnsFor(principal: Principal, reader: Reader) {
  const { id, version, projectId, title, body, state, rank, createdAt, updatedAt } = reader.tables.tasks;
  const mayDo = (allowed: readonly string[]) =>
    sql<number>`case when ${isIn(principal, allowed, reader)} then 1 else 0 end`.mapWith(Number);
  const rights = { mayUpdate: mayDo(roles.update), mayRemove: mayDo(roles.remove) };
  return { id, version, projectId, title, body, state, rank, createdAt, updatedAt, ...rights };
}

function toSent<
  Task extends Readonly<Record<"mayUpdate" | "mayRemove", number> & Record<"createdAt" | "updatedAt", Date>>,
>({ mayUpdate, mayRemove, ...task }: Task) {
  const instants = { createdAt: task.createdAt.toISOString(), updatedAt: task.updatedAt.toISOString() };
  return { ...task, ...instants, $can: { update: mayUpdate === 1, remove: mayRemove === 1 } };
}

function mayRead(principal: Principal, reader: Reader) {
  return isIn(principal, roles.read, reader);
}

function mayChange(principal: Principal, reader: Reader) {
  return isIn(principal, roles.update, reader);
}

/** Tasks of the projects in which this user has one of these roles. */
function isIn({ user }: Principal, allowed: readonly string[], { tables: { tasks, projectMembers } }: Reader) {
  const { projectId, userId, role } = projectMembers;
  const isMember = and(eq(userId, user.id), inArray(role, [...allowed]));
  return sql`${tasks.projectId} in (select ${projectId} from ${projectMembers} where ${isMember})`;
}
