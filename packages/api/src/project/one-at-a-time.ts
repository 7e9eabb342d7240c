import { eq, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import type { CrudTable, Scope } from "@countersign/crud";
import type { Transaction } from "@countersign/db";

import type { Tables } from "../tables.ts";

/** Rows that belong to a project. */
type InProject = CrudTable & { readonly projectId: PgColumn };

/**
 * The same scope, within which rows are added one at a time in each project: a quota of what a project holds is kept though
 * many add to it at once.
 */
export function addedOneAtATime<Table extends InProject>(scope: Scope<Tables, Table>): Scope<Tables, Table> {
  return {
    ...scope,
    async admit(who, values, tx, place) {
      await lockProject(tx, sql`${values["projectId"]}`);
      return scope.admit(who, values, tx, place);
    },
  };
}

/**
 * The same scope, within which rows are added, changed and removed one at a time in each project: what is counted before a
 * change, as of its managers, is true until the commit.
 */
export function changedOneAtATime<Table extends InProject>(scope: Scope<Tables, Table>): Scope<Tables, Table> {
  return {
    ...addedOneAtATime(scope),
    async hold(who, id, tx, place) {
      const { table } = place;
      await lockProject(tx, sql`(select ${table.projectId} from ${table} where ${eq(table.id, id)})`);
      await scope.hold?.(who, id, tx, place);
    },
  };
}

/**
 * Until the commit. Whoever locks a membership besides does it after this: in two orders, two would wait for each other. On
 * SQLite there is one writer anyway.
 */
export async function lockProject(tx: Transaction<Tables>, id: SQL): Promise<void> {
  if (tx.dialect === "sqlite") return;
  const { projects } = tx.tables;
  // The weakest lock that excludes itself: rows that refer to the project can be written meanwhile.
  await tx
    .select({ id: projects.id })
    .from(projects)
    .where(sql`${projects.id} = ${id}`)
    .for("no key update");
}
