import { z } from "zod";

import { definePermissions } from "@countersign/contract";
import { anyOf, createCrud, type HookPlace, membership, onCreate, owner, text, unscoped } from "@countersign/crud";
import { createProcedures } from "@countersign/rpc";

import { type Tables, tables } from "./tables.ts";

export const permissions = definePermissions(["notes.view_all", "tasks.see_cost"]);
export const procedures = createProcedures({ permissions, tables });
export const crudRouter = createCrud({ procedures, tables });

/** What the healthy notes are made of; broken ones differ in a part. */
export const noteOptions = {
  table: "notes",
  scope: anyOf(owner<Tables["notes"]>("ownerId"), unscoped({ read: "notes.view_all" })),
  fields: {
    title: text({ max: 200, singleLine: true, required: "Give the note a title." }),
    label: text({ max: 50 }),
    isDone: true,
    priority: true,
    dueAt: true,
  },
  show: ["createdAt"],
  search: ["title", "label"],
  filters: {
    isDone: ["eq"],
    priority: ["eq", "in", "gte", "isNull"],
    title: ["contains", "startsWith"],
    createdAt: ["gte", "lt"],
  },
  order: { by: ["createdAt", "title", "priority"], direction: "desc" },
  removedAt: "removedAt",
  quota: { rows: 60, of: "ownerId" },
  csv: { columns: ["title", "label"] },
} as const;

/** The tasks of a person's projects, by role; what is given differs. */
export function tasksOfRoles(others: Readonly<Partial<Record<"create", readonly string[]>>> = {}) {
  return membership<Tables, Tables["tasks"]>({
    of: "projectId",
    members: "projectMembers",
    key: "projectId",
    user: "userId",
    role: "role",
    roles: { read: ["viewer", "editor"], create: ["editor"], update: ["editor"], remove: ["editor"], ...others },
  });
}

export const taskOptions = {
  table: "tasks",
  scope: tasksOfRoles(),
  fields: {
    projectId: onCreate(z.uuid()),
    title: text({ max: 200, singleLine: true, required: "Give the task a title." }),
    state: z.enum(["open", "done"]),
  },
  show: ["createdAt"],
  showTo: { cost: "tasks.see_cost" },
  search: ["title"],
  filters: { projectId: ["eq"], state: ["eq", "in"] },
  order: { by: ["createdAt", "title"], direction: "asc" },
  hooks: {
    beforeCreate: (values: Partial<Tables["tasks"]["$inferSelect"]>, { ctx }: HookPlace<Tables, string>) => ({
      ...values,
      createdBy: ctx.user.id,
    }),
  },
} as const;

export const notes = crudRouter(noteOptions);
export const tasks = crudRouter(taskOptions);
