import { newId } from "@countersign/auth";
import { membership, text } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";
import type { Tables } from "../tables.ts";

import { members, rolesOfManagers } from "./members.ts";

/** The projects a user is a member of. */
export const projectRouter = router(
  crudRouter({
    table: "projects",
    scope: membership<Tables, Tables["projects"]>({ of: "id", ...members, roles: rolesOfManagers }),
    fields: {
      name: text({ max: 100, singleLine: true, required: "Name the project." }),
      description: text({ max: 2000 }),
    },
    show: ["createdAt", "updatedAt"],
    search: ["name", "description"],
    filters: { id: ["eq"] },
    order: { by: ["name", "createdAt", "updatedAt"], direction: "asc" },
    hooks: {
      beforeCreate: (values, { ctx }) => ({ ...values, createdBy: ctx.user.id }),

      /** Whoever makes a project manages it. */
      async afterCreate(project, { ctx, tx }) {
        const { projectMembers } = tx.tables;
        const { createdAt } = project;
        const own = { id: newId(), projectId: project.id, userId: ctx.user.id, role: "manager", version: 1 } as const;
        await tx.insert(projectMembers).values({ ...own, createdAt });
      },
    },
  }),
);
