import { eq } from "drizzle-orm";
import { z } from "zod";

import type { TestDialect } from "@app/services/databases";
import { createMemoryBus, createPostgresBus } from "@countersign/bus";
import { definePermissions } from "@countersign/contract";
import { openDatabase, rowsTopic } from "@countersign/db";
import { createProcedures, definePolicies, liveList } from "@countersign/rpc";
import { startTestApp, type TestAppOptions } from "@countersign/rpc/testing";

import { createCrud, createCrudRows } from "../crud-router.ts";
import { text } from "../fields/text-rules.ts";
import { anyOf } from "../scope/any-of.ts";
import { membership } from "../scope/membership.ts";
import { owner } from "../scope/owner.ts";
import { unscoped } from "../scope/unscoped.ts";

import { migrations, type Tables, tables } from "./tables.ts";

export const permissions = definePermissions(["notes.view_all", "tasks.view_all", "tasks.see_cost", "tasks.archive"]);
const policies = definePolicies({
  /** What is done stays as it is. */
  "notes.change": (_principal, note: { readonly isDone: boolean }) => !note.isDone,
});
export const procedures = createProcedures({ permissions, tables, policies });
export const crudRouter = createCrud({ procedures, tables });
const crudRows = createCrudRows({ procedures, tables });

const roles = { read: ["viewer", "editor"], create: ["editor"], update: ["editor"], remove: ["editor"] };
const members = { members: "projectMembers", key: "projectId", user: "userId", role: "role", roles } as const;

export const notes = crudRouter({
  table: "notes",
  scope: anyOf(owner<Tables["notes"]>("ownerId"), unscoped({ read: "notes.view_all" })),
  fields: {
    title: text({ max: 200, singleLine: true, required: "Give the note a title." }),
    body: text({ max: 10_000 }),
    isDone: true,
    priority: true,
    dueAt: true,
  },
  show: ["createdAt", "updatedAt"],
  search: ["title", "body"],
  filters: {
    isDone: ["eq"],
    priority: ["eq", "in", "gte", "lte", "isNull"],
    title: ["contains", "startsWith"],
    createdAt: ["gte", "lt"],
  },
  order: { by: ["createdAt", "title", "priority"], direction: "desc" },
  policies: { update: "notes.change" },
  removedAt: "removedAt",
  csv: { columns: ["id", "title", "body", "priority", "isDone", "dueAt"], most: 30 },
  page: { mostSearched: 1000 },
  quota: { rows: 1000, of: "ownerId" },
});

export const projects = crudRouter({
  table: "projects",
  scope: membership<Tables, Tables["projects"]>({ of: "id", ...members }),
  fields: { name: text({ max: 100, singleLine: true, required: "Name the project." }) },
  order: { by: ["name"], direction: "asc" },
  hooks: {
    async afterCreate(row, { ctx, tx }) {
      await tx.insert(tx.tables.projectMembers).values({ projectId: row.id, userId: ctx.user.id, role: "editor" });
    },
  },
});

const taskRows = crudRows({
  table: "tasks",
  scope: anyOf<Tables, Tables["tasks"]>(
    membership({ of: "projectId", ...members }),
    unscoped({ read: "tasks.view_all" }),
  ),
  fields: {
    projectId: z.uuid(),
    title: text({ max: 200, singleLine: true, required: "Give the task a title." }),
    state: z.enum(["open", "done"]),
  },
  showTo: { cost: "tasks.see_cost" },
  csv: { columns: ["title", "cost"] },
  search: ["title"],
  filters: { projectId: ["eq"], state: ["eq"] },
  order: { by: ["createdAt", "title"], direction: "asc" },
  page: { mostSearched: 1000 },
  quota: { rows: 200, of: "projectId" },
});

export const tasks = {
  ...taskRows.procedures,
  /** A way of the app's own to make a task: by the project's name. */
  createIn: procedures.protectedProcedure
    .input(z.strictObject({ name: z.string(), title: z.string() }))
    .mutation(({ ctx, input }) =>
      ctx.transaction(
        async (tx) => {
          const named = eq(tx.tables.projects.name, input.name);
          const [project] = await tx.select().from(tx.tables.projects).where(named);
          const projectId = project?.id ?? "";
          await taskRows.admit({ ctx, tx }, { projectId });
          const task = await taskRows.insert({ ctx, tx }, { projectId, title: input.title });
          return taskRows.show({ ctx, tx }, task);
        },
        { alone: true },
      ),
    ),
};

const ofProject = { table: "tasks", column: "project_id" };

/** Changes that nobody told crud of, and a list that crud knows nothing of. */
const byHand = {
  titles: procedures
    .procedureWith({}, { watches: [ofProject] })
    .input(z.strictObject({ projectId: z.uuid() }))
    .subscription(({ ctx: { db, caller, rule }, input: { projectId } }) => {
      const topic = rowsTopic(ofProject, projectId);
      const { id, version, title } = db.tables.tasks;
      const read = async () =>
        db.select({ id, version, title }).from(db.tables.tasks).where(eq(db.tables.tasks.projectId, projectId));
      return liveList({ caller, rule }, { topic, key: topic, read });
    }),
  renameTasks: procedures.protectedProcedure
    .input(z.strictObject({ title: z.string() }))
    .mutation(({ ctx, input: { title } }) => ctx.transaction((tx) => tx.update(tx.tables.tasks).set({ title }))),
  renameTask: procedures.protectedProcedure
    .input(z.strictObject({ id: z.string(), title: z.string() }))
    .mutation(({ ctx: { db }, input: { id, title } }) =>
      db.update(db.tables.tasks).set({ title }).where(eq(db.tables.tasks.id, id)),
    ),
};

export const appRouter = procedures.router({ note: notes, project: projects, task: tasks, byHand });

/** The routers on an app of its own, over a database of its own. */
export async function startCrudApp(
  dialect: TestDialect,
  options: Partial<Pick<TestAppOptions<Tables>, "router" | "settings" | "clock" | "bus">> = {},
) {
  const database = await dialect.create();
  const common = { databaseUrl: database.url, tables, migrations: [migrations], permissions };
  // On SQLite replicas hear of each other by the file alone.
  const createBus = () => (dialect.name === "postgres" ? createPostgresBus({ url: database.url }) : createMemoryBus());
  const start = () => startTestApp({ router: appRouter, ...common, bus: createBus(), ...options });
  const app = await start();
  return {
    app,
    databaseUrl: database.url,
    /** Another server over the same database. */
    startReplica: start,
    /** The database as another program has it open. */
    openElsewhere: () => openDatabase(database.url, { tables, migrations: [], mustBeReady: true }),
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}
