import { z } from "zod";

import { CallError } from "@countersign/rpc";

import { crudRouter, noteOptions, notes, procedures } from "../routers.ts";

import type { BrokenRouters } from "./broken.ts";
import { found } from "./found.ts";
import { healthy, inputOf, sentAgain } from "./healthy.ts";

const { protectedProcedure } = procedures;

/** Lists that tell, or take, more than was declared. */
export const brokenQueries: BrokenRouters = {
  "a column beyond the listed ones": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, show: ["createdAt", "secret"] }),
    fails: [found.shown],
  },
  "an order by what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, order: { by: ["createdAt", "secret"], direction: "desc" } }),
    fails: [found.hidden],
  },
  "a filter by what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, filters: { ...noteOptions.filters, secret: ["startsWith"] } }),
    fails: [found.hidden],
  },
  "a search in what is hidden": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, search: ["title", "secret"] }),
    fails: [found.hidden],
  },
  "orders and filters that are passed over": {
    rows: "notes",
    procedures: {
      ...notes,
      list: protectedProcedure.input(z.looseObject({}).optional()).query(({ ctx, input }) => {
        const { order: _, filter: _filter, ...rest } = input ?? {};
        return healthy(ctx).note.list(sentAgain(rest));
      }),
    },
    fails: [found.hidden, found.orders, found.filters],
  },
  "pages of any size": {
    rows: "notes",
    procedures: crudRouter({ ...noteOptions, page: { most: 1e12, mostSkipped: 1e12 } }),
    fails: [found.tooMuch],
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
    fails: [found.injections],
  },
  "a formula in a file": {
    rows: "notes",
    procedures: {
      ...notes,
      export: protectedProcedure.query(async ({ ctx }) => {
        const { rows } = await healthy(ctx).note.list();
        return rows.map(({ title, label }) => `${title},${label}`).join("\n");
      }),
    },
    fails: [found.csv],
  },
};
