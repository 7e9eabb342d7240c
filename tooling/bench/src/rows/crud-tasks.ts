import { z } from "zod";

import { createCrud, membership, onCreate, text } from "@countersign/crud";
import { createProcedures } from "@countersign/rpc";

import { permission } from "../sides/permission.ts";

import { type Tables, tables } from "./tables.ts";

export const procedures = createProcedures({ permissions: [permission], tables });

const changing = ["editor"];

/** The roles of a project, and what each may do with its tasks. */
export const roles = { read: ["viewer", ...changing], create: changing, update: changing, remove: changing };

/** Most characters of a task's texts. */
export const titleRule = text({ max: 200, singleLine: true, required: "Give the task a title." });
export const bodyRule = text({ max: 10_000 });

/** Tasks as an app has them: through the router of rows. */
export const crudTasks = createCrud({ procedures, tables })({
  table: "tasks",
  scope: membership<Tables, Tables["tasks"]>({
    of: "projectId",
    members: "projectMembers",
    key: "projectId",
    user: "userId",
    role: "role",
    roles,
  }),
  fields: {
    projectId: onCreate(z.uuid("This is not an id.")),
    title: titleRule,
    body: bodyRule,
    state: z.enum(["todo", "doing", "done"]),
    rank: true,
  },
  show: ["createdAt", "updatedAt"],
  search: ["title", "body"],
  filters: { projectId: ["eq"], state: ["eq", "in"] },
  order: { by: ["rank", "createdAt"], direction: "asc" },
});
