import { z } from "zod";

import { membership, text } from "@countersign/crud";

import { crudRouter } from "./procedures.ts";
import type { Tables } from "./tables.ts";

const editors = ["editor", "manager"];

/**
 * The app's tasks, which may be moved from one project to another here: whoever sees them afterwards is somebody else.
 */
export const itemRouter = crudRouter({
  table: "tasks",
  scope: membership<Tables, Tables["tasks"]>({
    of: "projectId",
    members: "projectMembers",
    key: "projectId",
    user: "userId",
    role: "role",
    roles: { read: ["viewer", ...editors], create: editors, update: editors, remove: editors },
  }),
  fields: {
    projectId: z.uuid("This is not an id."),
    title: text({ max: 200, singleLine: true, required: "Give the item a title." }),
    body: text({ max: 10_000 }),
  },
  filters: { projectId: ["eq"] },
  order: { by: ["createdAt"], direction: "asc" },
  page: { size: 100 },
  removedAt: "removedAt",
});
