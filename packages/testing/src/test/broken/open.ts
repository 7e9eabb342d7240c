import { sql } from "drizzle-orm";

import type { Scope } from "@countersign/crud";
import { rowsTopic } from "@countersign/db";

import { crudRouter, noteOptions } from "../routers.ts";
import type { Tables } from "../tables.ts";

const own: Scope<Tables, Tables["notes"]> = noteOptions.scope;
const all = { table: "notes", column: null };

/** Notes that are open to everybody. */
export const open = crudRouter({
  ...noteOptions,
  scope: {
    ...own,
    where: () => sql`1 = 1`,
    watches: () => [all],
    grant: () => ({ key: "all", topics: [rowsTopic(all)], where: () => sql`1 = 1` }),
  },
});
