import { countDistinct, count } from "drizzle-orm";

import { owner, text } from "@countersign/crud";
import type { Database } from "@countersign/db";

import { crudRouter, permissionProcedure, router } from "../procedures.ts";
import type { Tables } from "../tables.ts";

/** A user's own notes. Another user's note is not there, whatever is asked of it. */
export const noteRouter = router({
  ...crudRouter({
    table: "notes",
    scope: owner("ownerId"),
    fields: {
      title: text({ max: 200, singleLine: true, required: "Give the note a title." }),
      body: text({ max: 10_000 }),
    },
    show: ["createdAt", "updatedAt"],
    search: ["title", "body"],
    filters: { createdAt: ["gte", "lt"] },
    order: { by: ["createdAt", "updatedAt", "title"], direction: "desc" },
    policies: { remove: "notes.remove" },
    quota: { rows: 500, of: "ownerId" },
    csv: { columns: ["title", "body", "createdAt", "updatedAt"] },
  }),

  /** How much is written here, over all users: for those who may see it. */
  overview: permissionProcedure("notes.overview").query(({ ctx }) => countNotes(ctx.db)),
});

async function countNotes(db: Pick<Database<Tables>, "select" | "tables">): Promise<{ notes: number; owners: number }> {
  const { notes } = db.tables;
  const [row] = await db.select({ notes: count(), owners: countDistinct(notes.ownerId) }).from(notes);
  return row ?? { notes: 0, owners: 0 };
}
