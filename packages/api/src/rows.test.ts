import { and, eq, inArray } from "drizzle-orm";

import { describeDatabases } from "@app/services/databases";
import { newId } from "@countersign/auth";
import type { TestApp } from "@countersign/rpc/testing";
import { describeCrud } from "@countersign/testing/vitest";

import { attachmentRows } from "./attachment/rows.ts";
import { memberRouter } from "./member/router.ts";
import { migrations } from "./migrations.ts";
import { noteRouter } from "./note/router.ts";
import { permissions } from "./permissions.ts";
import { router } from "./procedures.ts";
import { type Role, roles } from "./project/role.ts";
import { projectRouter } from "./project/router.ts";
import { type Tables, tables } from "./tables.ts";
import { taskRouter } from "./task/router.ts";
import { attachByHand } from "./test/attach-by-hand.ts";

const appRouter = router({
  note: noteRouter,
  project: projectRouter,
  member: memberRouter,
  task: taskRouter,
  // Without what takes and gives the files themselves.
  attachment: router(attachmentRows.procedures),
});
const common = { router: appRouter, tables, migrations: [migrations], permissions };

// What the suite knows nothing of is in the tests beside the routers.
describeDatabases((dialect) => {
  const database = () => dialect.create();

  describeCrud({
    ...common,
    database,
    path: "note",
    table: "notes",
    shows: ["title", "body", "createdAt", "updatedAt"],
    sample: (_, n) => ({ title: `Note ${n}`, body: `Body ${n}` }),
    change: (_, n) => ({ title: `Changed ${n}` }),
    ownedBy: "ownerId",
    quota: 500,
    async transfer({ row, to }, { db }) {
      const { notes } = db.tables;
      await db.update(notes).set({ ownerId: to.id }).where(eq(notes.id, row.id));
    },
  });

  describeCrud({
    ...common,
    database,
    path: "project",
    table: "projects",
    shows: ["name", "description", "createdAt", "updatedAt"],
    sample: (_, n) => ({ name: `Project ${n}`, description: `Description ${n}` }),
    change: (_, n) => ({ name: `Changed ${n}` }),
    async seed(_, count, app, { id: userId }) {
      await makeProjects(app, { userId, createdBy: userId, count });
    },
    quota: 100,
    roles: { viewer: ["create"], editor: ["create"], manager: ["create", "update", "remove"] },
    join: ({ row, person, role }, app) => setRole(app, { projectId: row.id, userId: person.id }, role),
  });

  describeCrud<Tables, { readonly projectId: string; readonly names: readonly string[] }>({
    ...common,
    database,
    path: "member",
    table: "projectMembers",
    shows: ["projectId", "userId", "role", "createdAt", "username", "name"],
    async place({ id: userId }, app) {
      const [projectId = ""] = await makeProjects(app, { userId, createdBy: null, count: 1 });
      return { projectId, names: await findOrMakePeople(app) };
    },
    sample: ({ projectId, names }, n) => ({ projectId, username: names[n % names.length], role: "viewer" }),
    change: (_, n) => ({ role: roles[n % roles.length] }),
    async seed({ projectId, names }, count, app) {
      await fillProject(app, projectId, names.slice(0, count));
    },
    quota: 200,
    roles: { viewer: [], editor: [], manager: ["create", "update", "remove"] },
    join: ({ place: { projectId }, person, role }, app) => setRole(app, { projectId, userId: person.id }, role),
  });

  describeCrud<Tables, { readonly projectId: string }>({
    ...common,
    database,
    path: "task",
    table: "tasks",
    shows: "projectId title body state rank assigneeId dueAt createdBy removedAt createdAt updatedAt".split(" "),
    async place({ id: userId }, app) {
      const [projectId = ""] = await makeProjects(app, { userId, createdBy: null, count: 1 });
      return { projectId };
    },
    sample: ({ projectId }, n) => ({ projectId, title: `Task ${n}`, body: `Body ${n}`, dueAt: "2027-01-01T00:00:00Z" }),
    change: (_, n) => ({ title: `Changed ${n}`, state: n % 2 === 1 ? "done" : "doing", rank: n }),
    roles: { viewer: [], editor: ["create", "update", "remove"], manager: ["create", "update", "remove"] },
    join: ({ place, person, role }, app) => setRole(app, { ...place, userId: person.id }, role),
  });

  describeCrud<Tables, { readonly projectId: string; readonly taskId: string }>({
    ...common,
    database,
    path: "attachment",
    table: "attachments",
    shows: ["projectId", "taskId", "name", "type", "size", "uploadedBy", "createdAt"],
    async place({ id: userId }, app) {
      const [projectId = ""] = await makeProjects(app, { userId, createdBy: null, count: 1 });
      const [taskId, now] = [newId(), new Date()];
      const times = { version: 1, createdAt: now, updatedAt: now };
      await app.db.insert(app.db.tables.tasks).values({ id: taskId, projectId, title: "A task", ...times });
      return { projectId, taskId };
    },
    make: (place, _, app, { id: uploadedBy }) => attachByHand(app, { ...place, uploadedBy }),
    seed: (place, count, app, { id }) => attachMany(app, { ...place, uploadedBy: id }, count),
    roles: { viewer: [], editor: ["remove"], manager: ["remove"] },
    join: ({ place: { projectId }, person, role }, app) => setRole(app, { projectId, userId: person.id }, role),
  });
});

/** Projects that this user manages. Their ids. */
async function makeProjects(
  { db }: TestApp<Tables>,
  { userId, createdBy, count }: { readonly userId: string; readonly createdBy: string | null; readonly count: number },
): Promise<readonly string[]> {
  // Apart in time, so that their order is known.
  const made = Array.from({ length: count }, (_, n) => ({
    id: newId(),
    name: `Project ${n}`,
    at: new Date(Date.now() + n),
  }));
  const { projects, projectMembers } = db.tables;
  const project = { version: 1, createdBy };
  await db
    .insert(projects)
    .values(made.map(({ id, name, at }) => ({ ...project, id, name, createdAt: at, updatedAt: at })));
  const manager = { userId, role: "manager", version: 1 } as const;
  await db
    .insert(projectMembers)
    .values(made.map(({ id, at }) => ({ ...manager, id: newId(), projectId: id, createdAt: at })));
  return made.map(({ id }) => id);
}

/** A thousand people who do nothing but be added to projects. Their usernames. */
async function findOrMakePeople({ db }: TestApp<Tables>): Promise<readonly string[]> {
  const { users } = db.tables;
  const names = Array.from({ length: 1000 }, (_, n) => `person${n}`);
  const rows = names.map((name) => ({ id: newId(), username: name, usernameKey: name, createdAt: new Date() }));
  await db.insert(users).values(rows).onConflictDoNothing();
  return names;
}

/** Makes them viewers of the project. */
async function fillProject({ db }: TestApp<Tables>, projectId: string, names: readonly string[]): Promise<void> {
  const { users, projectMembers } = db.tables;
  const people = await db
    .select({ userId: users.id })
    .from(users)
    .where(inArray(users.username, [...names]));
  const member = { projectId, role: "viewer", version: 1 } as const;
  const rows = people.map(({ userId }, n) => ({
    ...member,
    id: newId(),
    userId,
    createdAt: new Date(Date.now() + n),
  }));
  await db.insert(projectMembers).values(rows);
}

async function attachMany(
  app: TestApp<Tables>,
  file: Parameters<typeof attachByHand>[1],
  count: number,
): Promise<void> {
  const { attachments } = app.db.tables;
  const first = await attachByHand(app, file);
  const rows = await app.db.select().from(attachments).where(eq(attachments.id, first));
  const copies = Array.from({ length: count - 1 }, () => newId());
  await app.db.insert(attachments).values(copies.flatMap((id) => rows.map((row) => ({ ...row, id, storageKey: id }))));
}

async function setRole(
  { db }: TestApp<Tables>,
  member: { readonly projectId: string; readonly userId: string },
  role: string | null,
): Promise<void> {
  const { projectMembers } = db.tables;
  const isThis = and(eq(projectMembers.projectId, member.projectId), eq(projectMembers.userId, member.userId));
  if (role === null) return void (await db.delete(projectMembers).where(isThis));
  // The cast: these are the roles named above.
  const row = { ...member, id: newId(), role: role as Role, version: 1, createdAt: new Date() };
  await db.insert(projectMembers).values(row);
}
