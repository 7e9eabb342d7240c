import { z } from "zod";

import { membership, onCreate, text } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";
import { members, rolesInProject } from "../project/members.ts";
import type { Tables } from "../tables.ts";

import { taskStates } from "./state.ts";

/** The tasks of the projects a user is a member of. To move one on the board is to change its state and rank. */
export const taskRouter = router(
  crudRouter({
    table: "tasks",
    scope: membership<Tables, Tables["tasks"]>({ of: "projectId", ...members, roles: rolesInProject }),
    fields: {
      projectId: onCreate(z.uuid()),
      title: text({ max: 200, singleLine: true, required: "Give the task a title." }),
      body: text({ max: 10_000 }),
      state: z.enum(taskStates),
      rank: true,
      assigneeId: true,
      dueAt: true,
    },
    show: ["createdBy", "removedAt", "createdAt", "updatedAt"],
    search: ["title", "body"],
    filters: {
      id: ["eq"],
      projectId: ["eq"],
      state: ["eq", "in"],
      assigneeId: ["eq", "isNull"],
      dueAt: ["gte", "lt"],
    },
    order: { by: ["rank", "createdAt", "dueAt", "title"], direction: "asc" },
    removedAt: "removedAt",
    quota: { rows: 100_000, of: "projectId" },
    hooks: {
      beforeCreate: (values, { ctx }) => ({ ...values, createdBy: ctx.user.id }),
    },
  }),
);
