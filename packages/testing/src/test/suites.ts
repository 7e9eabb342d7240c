import type { AnyRouter } from "@trpc/server";
import { and, eq } from "drizzle-orm";

import { newId } from "@countersign/auth";

import type { CrudOptions } from "../crud/crud-options.ts";

import type { Tables } from "./tables.ts";
import { tables } from "./tables.ts";

/** How the notes at `path` are held to the suite. */
export function noteSuite(router: AnyRouter, path: string): CrudOptions<Tables, undefined> {
  return {
    router,
    tables,
    path,
    table: "notes",
    shows: ["title", "label", "isDone", "priority", "dueAt", "createdAt"],
    sample: (_, n) => ({ title: `Note ${n}`, label: `label ${n}`, priority: n % 7, dueAt: "2027-01-01T00:00:00Z" }),
    change: (_, n) => ({ title: `Changed ${n}`, isDone: n % 2 === 1 }),
    ownedBy: "ownerId",
    quota: 60,
    seesAll: "notes.view_all",
    async transfer({ row, to }, app) {
      const { notes } = app.db.tables;
      await app.db
        .update(notes)
        .set({ ownerId: to.id, version: row.version + 1 })
        .where(eq(notes.id, row.id));
    },
  };
}

/** How the tasks at `path` are. Each person has a project of their own. */
export function taskSuite(router: AnyRouter, path: string): CrudOptions<Tables, { readonly projectId: string }> {
  return {
    router,
    tables,
    path,
    table: "tasks",
    shows: ["projectId", "title", "state", "createdAt"],
    showsTo: { cost: "tasks.see_cost" },
    async place({ id: userId }, app) {
      const { projects, projectMembers } = app.db.tables;
      const projectId = newId();
      await app.db.insert(projects).values({ id: projectId, name: "A project", version: 1 });
      await app.db.insert(projectMembers).values({ projectId, userId, role: "editor" });
      return { projectId };
    },
    sample: ({ projectId }, n) => ({ projectId, title: `Task ${n}` }),
    change: (_, n) => ({ title: `Changed ${n}`, state: n % 2 === 1 ? "done" : "open" }),
    roles: { viewer: [], editor: ["create", "update", "remove"] },
    async join({ place: { projectId }, person: { id: userId }, role }, app) {
      const { projectMembers } = app.db.tables;
      const isThis = and(eq(projectMembers.projectId, projectId), eq(projectMembers.userId, userId));
      if (role === null) await app.db.delete(projectMembers).where(isThis);
      else await app.db.insert(projectMembers).values({ projectId, userId, role });
    },
  };
}
