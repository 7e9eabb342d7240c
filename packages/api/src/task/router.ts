import { z } from "zod";

import { membership, onCreate, text } from "@countersign/crud";

import { crudRouter, router } from "../procedures.ts";
import { members, rolesInProject } from "../project/members.ts";
import { addedOneAtATime } from "../project/one-at-a-time.ts";
import type { Tables } from "../tables.ts";

import { checkAssignee } from "./assignee.ts";
import { endOf, mostRank } from "./rank.ts";
import { taskStates } from "./state.ts";

/** The tasks of the projects a user is a member of. To move one on the board is to change its state and rank. */
export const taskRouter = router(
  crudRouter({
    table: "tasks",
    scope: addedOneAtATime(membership<Tables, Tables["tasks"]>({ of: "projectId", ...members, roles: rolesInProject })),
    fields: {
      projectId: onCreate(z.uuid("This is not an id.")),
      title: text({ max: 200, singleLine: true, required: "Give the task a title." }),
      body: text({ max: 10_000 }),
      state: z.enum(taskStates),
      rank: z.int().min(-mostRank).max(mostRank),
      assigneeId: z.uuid("This is not an id.").nullable(),
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
    csv: { columns: ["title", "body", "state", "assigneeId", "dueAt", "createdAt", "updatedAt"] },
    hooks: {
      validate(values, before, { tx }) {
        const { assigneeId = null } = values;
        if (assigneeId === null || assigneeId === before?.assigneeId) return null;
        // It is given when there is no task yet.
        return checkAssignee(tx, before?.projectId ?? String(values.projectId), assigneeId);
      },
      async beforeCreate(values, { ctx, tx }) {
        const { projectId, state = "todo", rank } = values;
        return { ...values, createdBy: ctx.user.id, rank: rank ?? (await endOf(tx, String(projectId), state)) };
      },
      /** Its files go with it. */
      afterCommit({ action }, { caller }) {
        if (action === "purge") caller.services.files?.sweepSoon();
      },
    },
  }),
);
