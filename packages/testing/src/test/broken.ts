import { TRPCError } from "@trpc/server";
import { and, eq, ne, sql } from "drizzle-orm";
import { z } from "zod";

import { owner, type Scope } from "@countersign/crud";
import { rowsTopic } from "@countersign/db";
import { CallError, forbidden, type SignedInContext } from "@countersign/rpc";

import type { CrudOptions, Values } from "../crud/crud-options.ts";

import { crudRouter, noteOptions, notes, procedures, taskOptions, tasks } from "./routers.ts";
import type { Tables } from "./tables.ts";

/** A router with one defect, and the cases that must find it: all of them, and no others. Titles are given as they begin. */
export interface Broken {
  readonly rows: "notes" | "tasks";
  readonly procedures: Readonly<Record<string, unknown>>;
  readonly fails: readonly string[];
  readonly promises?: Pick<CrudOptions, "quota">;
}

const { protectedProcedure, publicProcedure, createCallerFactory, router } = procedures;
const healthy = createCallerFactory(router({ note: notes, task: tasks }));

type OwnNotes = Scope<Tables, Tables["notes"]>;
const own = owner<Tables["notes"]>("ownerId") as unknown as OwnNotes;
/** Lets everybody at everything. */
const everyone: OwnNotes = {
  ...own,
  where: () => sql`1 = 1`,
  watches: () => [{ table: "notes", column: null }],
  grant: () => ({ key: "all", topics: [rowsTopic({ table: "notes", column: null }, null)], where: () => sql`1 = 1` }),
};
const open = crudRouter({ ...noteOptions, scope: everyone });
const { list: openList, update: openUpdate, updateMany: openUpdateMany } = open;
const {
  remove: openRemove,
  removeMany: openRemoveMany,
  restore: openRestore,
  get: openGet,
  live: openLive,
  export: openExport,
} = open;

const anything = z.looseObject({});
const withId = z.looseObject({ id: z.string(), version: z.number().optional() });

const manyInput = z.strictObject({
  rows: z.array(z.strictObject({ id: z.uuid(), version: z.int() })).max(100),
  changes: z.strictObject({ title: z.string().optional(), isDone: z.boolean().optional() }),
});

/** The memory of a procedure that forgets whose a key is. */
const answersByKey = new Map<string, unknown>();

const manyChanged = "several rows are changed";
const manyRemoved = "several rows are removed";
const anotherRow = "CRU-02: somebody else's row is answered";
const inTheBin = "CRU-02: somebody else's row in the bin";
const inTime = "CRU-02: the time";
const lists = "CRU-01: lists";
const exported = "CRU-01: an export";
const liveLists = "CRU-01: a live list";
const visitors = "CRU-06";
const superusers = "CRU-07: a superuser";
const byPermission = "CRU-07: those who hold";
const unique = "CRU-09";
const ids = "CRU-10";
const transfer = "CRU-12";
const atDelivery = "CRU-13: an open list";
const given = "CRU-15";
const changed = "CRU-16";
const shown = "CRU-18";
const hidden = "CRU-19";
const texts = "CRU-21";
const numbers = "CRU-22";
const orders = "CRU-24";
const filters = "CRU-25";
const injections = "CRU-27";
const oneOfTwo = "CRU-28: of two";
const race = "CRU-28: of a thousand";
const tooMuch = "CRU-30";
const oneKey = "CRU-31: one key";
const ownKey = "CRU-31: a key is its user's own";
const keyOfChange = "CRU-31: a change";
const quota = "CRU-34";
const csv = "CRU-41";
const fieldsAtOnce = "CRU-42";
const can = "$can";

export const broken: Readonly<Record<string, Broken>> = {
  "a list of everybody's rows": {
    rows: "notes",
    procedures: { ...notes, list: openList },
    fails: [inTheBin, lists, byPermission, given, changed, ownKey, liveLists, transfer, atDelivery],
  },
  "a row that anybody can read": {
    rows: "notes",
    procedures: { ...notes, get: openGet },
    fails: [anotherRow, byPermission],
  },
  "a change by id alone": {
    rows: "notes",
    procedures: { ...notes, update: openUpdate, updateMany: openUpdateMany },
    fails: [manyChanged, anotherRow, superusers, byPermission],
  },
  "a removal by id alone": {
    rows: "notes",
    procedures: { ...notes, remove: openRemove, removeMany: openRemoveMany },
    fails: [manyRemoved, anotherRow, superusers, byPermission],
  },
  "a bin that anybody can take from": {
    rows: "notes",
    procedures: { ...notes, restore: openRestore },
    fails: [inTheBin],
  },
  "a live list of everybody's rows": {
    rows: "notes",
    procedures: { ...notes, live: openLive },
    fails: [liveLists, transfer, atDelivery],
  },
  "live lists that share what is one user's": {
    rows: "notes",
    procedures: {
      ...notes,
      live: crudRouter({
        ...noteOptions,
        scope: {
          ...noteOptions.scope,
          grant: async (...args) => ({ ...(await noteOptions.scope.grant(...args)), key: "all" }),
        },
      }).live,
    },
    fails: [liveLists, transfer],
  },
  "a live list under the rights of its beginning": {
    rows: "notes",
    procedures: { ...notes, live: frozenLive() },
    fails: [atDelivery],
  },
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
    fails: [given],
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
    fails: [changed],
  },
  "a column beyond the listed ones": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, show: ["createdAt", "secret"] }),
    fails: [shown],
  },
  "a column for some that goes to all": {
    rows: "tasks",
    procedures: { ...tasks, live: crudRouter({ ...taskOptions, show: ["createdAt", "cost"], showTo: {} }).live },
    fails: [shown, liveLists, fieldsAtOnce],
  },
  "an order by what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, order: { by: ["createdAt", "secret"], direction: "desc" } }),
    fails: [hidden],
  },
  "a filter by what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, filters: { ...noteOptions.filters, secret: ["startsWith"] } }),
    fails: [hidden],
  },
  "a search in what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, search: ["title", "secret"] }),
    fails: [hidden],
  },
  "orders and filters that are passed over": {
    rows: "notes",
    procedures: {
      ...notes,
      list: protectedProcedure.input(anything.optional()).query(({ ctx, input }) => {
        const { order: _, filter: _filter, ...rest } = input ?? {};
        return healthy(ctx).note.list(sentAgain(rest));
      }),
    },
    fails: [hidden, orders, filters],
  },
  "pages of any size": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, page: { most: 1e12, mostSkipped: 1e12 } }),
    fails: [tooMuch],
  },
  "a procedure for visitors": {
    rows: "notes",
    procedures: { ...notes, count: publicProcedure.query(({ ctx }) => ctx.db.$count(ctx.db.tables.notes)) },
    fails: [visitors],
  },
  "superusers above the scope": {
    rows: "tasks",
    procedures: {
      ...tasks,
      get: protectedProcedure.input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
        if (!ctx.user.isSuperuser) return healthy(ctx).task.get(input);
        const [row] = await ctx.db.select().from(ctx.db.tables.tasks).where(eq(ctx.db.tables.tasks.id, input.id));
        return row;
      }),
    },
    fails: [superusers],
  },
  "FORBIDDEN for what is somebody else's": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
        const isThere = await isAnothers(ctx, input.id);
        return healthy(ctx)
          .note.get(input)
          .catch((error: unknown) => {
            throw isThere && error instanceof TRPCError && error.code === "NOT_FOUND" ? forbidden() : error;
          });
      }),
    },
    fails: [anotherRow, inTheBin, byPermission],
  },
  "more time for what is somebody else's": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => {
        const isThere = await isAnothers(ctx, input.id);
        if (isThere) await new Promise((resolve) => setTimeout(resolve, 20));
        return healthy(ctx).note.get(input);
      }),
    },
    fails: [inTime],
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
    fails: [lists, unique],
  },
  "any id": {
    rows: "notes",
    procedures: {
      ...notes,
      get: protectedProcedure.input(withId).query(async ({ ctx, input }) => {
        const page = await healthy(ctx).note.list();
        const row = page.rows.find(({ id }) => id === input.id);
        if (!row) throw new CallError("NOT_FOUND", "Not found.");
        return row;
      }),
    },
    fails: [ids],
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
    fails: [texts],
  },
  "texts of any length": {
    rows: "notes",
    procedures: crudRouter({
      ...noteOptions,
      fields: { ...noteOptions.fields, label: z.string().regex(/^[^\0\ud800-\udfff]*$|^.*$/u) },
    }),
    fails: [texts],
  },
  "numbers from anything": {
    rows: "notes",
    procedures: crudRouter({
      ...noteOptions,
      fields: { ...noteOptions.fields, priority: z.coerce.number().int().min(-1e9).max(1e9) },
    }),
    fails: [numbers],
  },
  "dates from anything": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, fields: { ...noteOptions.fields, dueAt: z.coerce.date() } }),
    fails: [numbers],
  },
  "the database's own words": {
    rows: "notes",
    procedures: {
      ...notes,
      list: protectedProcedure.input(inputOf(notes.list)).query(({ ctx, input }) => {
        const { search = "" } = (input ?? {}) as { readonly search?: string };
        if (/'/.test(search)) throw new CallError("BAD_REQUEST", `unrecognized token: "${search}"`);
        return healthy(ctx).note.list(sentAgain(input));
      }),
    },
    fails: [injections],
  },
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
            if (!(error instanceof TRPCError) || error.code !== "CONFLICT") throw error;
          }
        }
      }),
    },
    fails: [shown, oneOfTwo, race, keyOfChange],
  },
  "a key that is passed over": {
    rows: "notes",
    procedures: {
      ...notes,
      create: createAfter(async ({ input: { key, label, ...input } }) =>
        key === undefined ? { ...input, label } : input,
      ),
    },
    fails: [oneKey],
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
    fails: [oneKey, ownKey],
  },
  "some of several": {
    rows: "notes",
    procedures: {
      ...notes,
      updateMany: protectedProcedure.input(manyInput).mutation(async ({ ctx, input }) => {
        const changes = [];
        for (const row of input.rows) changes.push(await healthy(ctx).note.update({ ...input.changes, ...row }));
        return changes;
      }),
    },
    fails: [manyChanged],
  },
  "no quota": { rows: "notes", procedures: withoutQuota(), fails: [quota] },
  "rights that are told wrongly": {
    rows: "tasks",
    procedures: {
      ...tasks,
      get: protectedProcedure.input(z.strictObject({ id: z.uuid() })).query(async ({ ctx, input }) => ({
        ...(await healthy(ctx).task.get(input)),
        $can: { update: true, remove: true },
      })),
    },
    fails: [can],
  },
  "a live list with the rights of others": {
    rows: "tasks",
    procedures: {
      ...tasks,
      live: crudRouter({
        ...taskOptions,
        scope: {
          ...taskOptions.scope,
          async grant(...args) {
            const grant = await taskOptions.scope.grant(...args);
            return { ...grant, key: grant.topics.filter((topic) => topic.includes("tasks")).join(" ") };
          },
        },
      }).live,
    },
    fails: [fieldsAtOnce],
  },
  "a file of everybody's rows": { rows: "notes", procedures: { ...notes, export: openExport }, fails: [exported] },
  "a formula in a file": {
    rows: "notes",
    procedures: {
      ...notes,
      export: protectedProcedure.query(async ({ ctx }) => {
        const { rows } = await healthy(ctx).note.list();
        return rows.map(({ title, label }) => `${title},${label}`).join("\n");
      }),
    },
    fails: [csv],
  },
};

type Context = SignedInContext<Tables, string>;

function createAfter(prepare: (call: { readonly ctx: Context; readonly input: Values }) => Promise<Values>) {
  return protectedProcedure.input(inputOf(notes.create)).mutation(async ({ ctx, input }) => {
    return healthy(ctx).note.create(sentAgain(await prepare({ ctx, input })));
  });
}

async function giveAway({ db }: Context, id: string, ownerId: unknown): Promise<void> {
  const { notes: table } = db.tables;
  if (typeof ownerId === "string") await db.update(table).set({ ownerId }).where(eq(table.id, id));
}

async function isAnothers({ db, user }: Context, id: string): Promise<boolean> {
  const { notes: table } = db.tables;
  return (await db.$count(table, and(eq(table.id, id), ne(table.ownerId, user.id)))) > 0;
}

/** The schema of a healthy procedure. */
function inputOf(procedure: unknown): z.ZodObject {
  // The cast: every procedure of the notes that takes an input has one schema, and of an object.
  return (procedure as { readonly _def: { readonly inputs: readonly [z.ZodObject] } })._def.inputs[0];
}

function withOwner(procedure: unknown) {
  return inputOf(procedure).extend({ ownerId: z.uuid().optional() });
}

/** A parsed input as it was sent; the casts of those who use it: it has been parsed by the procedure's own schema. */
function sentAgain(input: unknown): never {
  return (input === undefined ? input : JSON.parse(JSON.stringify(input))) as never;
}

function frozenLive() {
  const { scope } = noteOptions;
  const grants = new Map<string, ReturnType<typeof scope.grant>>();
  return crudRouter({
    ...noteOptions,
    scope: {
      ...scope,
      grant(who, ...rest) {
        const grant = grants.get(who.user.id) ?? scope.grant(who, ...rest);
        grants.set(who.user.id, grant);
        return grant;
      },
    },
  }).live;
}

function withoutQuota() {
  const { quota: _, ...rest } = noteOptions;
  return crudRouter(rest);
}
