// How long the slowest queries take that a list accepts, over so many rows (one million):
// pnpm measure [rows] [sqlite|postgres]
// A tenth of them are in each of ten projects.
import { parseArgs } from "node:util";

import { startPostgres } from "@app/services";
import { sqliteDialect } from "@app/services/databases";
import type { Principal } from "@countersign/auth";
import { coreMigrations, type Database, openDatabase } from "@countersign/db";
import type { Caller } from "@countersign/rpc";

import { modelOf } from "../definition/models.ts";
import { text } from "../fields/text-rules.ts";
import type { ListQuery } from "../query/list-input.ts";
import { readPage } from "../query/read-rows.ts";
import { anyOf } from "../scope/any-of.ts";
import { membership } from "../scope/membership.ts";
import { unscoped } from "../scope/unscoped.ts";

import { crudRouter } from "./app.ts";
import { migrations, type Tables, tables } from "./tables.ts";

const roles = { read: ["viewer"], update: ["editor"], remove: ["editor"] };
const members = { members: "projectMembers", key: "projectId", user: "userId", role: "role", roles } as const;
const tasks = crudRouter({
  table: "tasks",
  scope: anyOf<Tables, Tables["tasks"]>(
    membership({ of: "projectId", ...members }),
    unscoped({ read: "tasks.view_all" }),
  ),
  fields: { title: text({ max: 200 }), state: true },
  search: ["title", "state"],
  filters: { projectId: ["eq", "in"], state: ["eq", "ne"], title: ["contains", "startsWith"] },
  order: { by: ["createdAt", "title"], direction: "asc" },
});

const { positionals } = parseArgs({ allowPositionals: true });
const rows = Number(positionals[0] ?? 1_000_000);
const [, dialect = "sqlite"] = positionals;
await using server = dialect === "postgres" ? await startPostgres() : null;
await using file = server ? null : await sqliteDialect.create();
const url = server ? await server.createDatabase() : (file?.url ?? "");
await using db: Database<Tables> = await openDatabase(url, {
  tables,
  migrations: [coreMigrations, migrations],
  statementTimeoutMs: 60_000,
});
const projects = Array.from({ length: 10 }, () => crypto.randomUUID());
await fill();
for (const [who, viewer] of [
  ["member of one project", viewerOf("one", [])],
  ["member of all projects", viewerOf("all", [])],
  ["may see all rows", viewerOf("none", ["tasks.view_all"])],
] as const) {
  for (const [what, query] of queries()) {
    const took: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const begun = performance.now();
      await readPage(model(), viewer, query, db);
      took.push(performance.now() - begun);
    }
    process.stdout.write(
      `${Math.min(...took)
        .toFixed(0)
        .padStart(6)} ms  ${who}: ${what}\n`,
    );
  }
}

function queries(): readonly (readonly [string, ListQuery])[] {
  const one = { projectId: { eq: projects[0] } };
  return [
    ["first page with the total", {}],
    ["first page without", { count: false }],
    ["of one project", { filter: one }],
    ["by title, descending", { order: { by: "title", direction: "desc" } }],
    ["by title, of one project", { filter: one, order: { by: "title" } }],
    ["the greatest offset", { offset: 100_000 - 1 }],
    ["the greatest offset, of one project", { offset: rows / 10 - 1, filter: one }],
    ["all but one state", { filter: { state: { ne: "nowhere" } } }],
    ["search that finds nothing", { search: "nowhere to be found" }],
    ["search that finds nothing, of one project", { search: "nowhere to be found", filter: one }],
    ["search with letters beyond A to Z", { search: "ÄÖÜ nirgends ß" }],
    ["search of many wildcards as text", { search: "%_".repeat(100) }],
    ["search that finds all", { search: "task" }],
  ];
}

function model() {
  const found = modelOf(tasks.list);
  if (found === null) throw new Error("The list has no model.");
  return found;
}

function viewerOf(id: string, permissions: readonly string[]) {
  // The casts: of who asks, a list looks at these, and of the call at nothing.
  const principal = { user: { id, isSuperuser: false }, permissions: new Set(permissions), groups: new Set() };
  return { principal: principal as unknown as Principal, caller: {} as Caller };
}

async function fill(): Promise<void> {
  const createdAt = new Date();
  const users = ["one", "all", "none"].map((id) => ({ id, username: id, usernameKey: id, createdAt }));
  await db.insert(db.tables.users).values(users);
  await db.insert(db.tables.projects).values(projects.map((id) => ({ id, name: "project", version: 1 })));
  const member = (userId: string) => (projectId: string) => ({ userId, projectId, role: "viewer" });
  await db
    .insert(db.tables.projectMembers)
    .values([...projects.map(member("all")), ...projects.slice(0, 1).map(member("one"))]);
  const atOnce = 1000;
  for (let first = 0; first < rows; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, rows - first) }, (_, index) => ({
      id: crypto.randomUUID(),
      projectId: projects[(first + index) % 10] ?? "",
      title: `task ${((first + index) * 7919) % rows} ${"lorem ipsum dolor sit amet ".repeat(3)}`,
      version: 1,
      createdAt: new Date(createdAt.getTime() - first - index),
    }));
    await db.insert(db.tables.tasks).values(some);
  }
  process.stdout.write(`${rows.toLocaleString("en")} rows on ${db.dialect}\n`);
}
