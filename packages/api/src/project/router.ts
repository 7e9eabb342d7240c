import { eq } from "drizzle-orm";

import { newId } from "@countersign/auth";
import { text } from "@countersign/crud";
import { deleteInParts } from "@countersign/db";

import { crudRouter, router } from "../procedures.ts";

import { projectScope } from "./scope.ts";

/** The projects a user is a member of. */
export const projectRouter = router(
  crudRouter({
    table: "projects",
    scope: projectScope,
    fields: {
      name: text({ max: 100, singleLine: true, required: "Name the project." }),
      description: text({ max: 2000 }),
    },
    show: ["createdAt", "updatedAt"],
    search: ["name", "description"],
    filters: { id: ["eq"] },
    order: { by: ["name", "createdAt", "updatedAt"], direction: "asc" },
    quota: { rows: 100, of: "createdBy" },
    csv: { columns: ["name", "description", "createdAt", "updatedAt"] },
    hooks: {
      /** Whoever makes a project manages it. */
      async afterCreate({ id: projectId, createdAt }, { ctx, tx }) {
        const own = { id: newId(), projectId, userId: ctx.user.id, role: "manager", version: 1, createdAt } as const;
        await tx.insert(tx.tables.projectMembers).values(own);
      },

      /** Its tasks would go with it by themselves, but all in one statement. */
      async beforeRemove({ id }, { tx }) {
        const { tasks } = tx.tables;
        await deleteInParts(tx, tasks, eq(tasks.projectId, id));
      },

      /** The files of its tasks go with it. */
      afterCommit({ action }, { caller }) {
        if (action === "remove") caller.services.files?.sweepSoon();
      },
    },
  }),
);
