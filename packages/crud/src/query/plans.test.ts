import { expect, test } from "vitest";

import { describeDatabases, type TestDialect } from "@app/services/databases";
import type { Database } from "@countersign/db";

import { modelOf } from "../definition/models.ts";
import { missingIndexes } from "../indexes/missing-indexes.ts";
import { appRouter, notes, startCrudApp, tasks } from "../test/app.ts";
import { type Tables, tables } from "../test/tables.ts";

import type { ListQuery } from "./list-input.ts";
import { selectPage } from "./read-rows.ts";
import { scopeOf } from "./rights.ts";

const people = 100;
const rowsOfEach = 100;

/** Many people, each with notes and a project with tasks; Ann is one of them. */
async function startMany(dialect: TestDialect) {
  const started = await startCrudApp(dialect);
  const { db } = started.app;
  const ann = await started.app.signIn("ann");
  const createdAt = new Date();
  const ids = Array.from({ length: people - 1 }, () => crypto.randomUUID());
  await db.insert(db.tables.users).values(ids.map((id) => ({ id, username: id, usernameKey: id, createdAt })));
  const owners = [ann.id, ...ids];
  await db.insert(db.tables.projects).values(owners.map((id) => ({ id, name: "theirs", version: 1 })));
  await db.insert(db.tables.projectMembers).values(owners.map((id) => ({ projectId: id, userId: id, role: "editor" })));
  for (const ownerId of owners) {
    const times = Array.from({ length: rowsOfEach }, (_, index) => new Date(createdAt.getTime() + index));
    const common = { title: "tea ".repeat(20), version: 1 };
    await db
      .insert(db.tables.notes)
      .values(times.map((at) => ({ ...common, id: crypto.randomUUID(), ownerId, createdAt: at, updatedAt: at })));
    await db
      .insert(db.tables.tasks)
      .values(times.map((at) => ({ ...common, id: crypto.randomUUID(), projectId: ownerId, createdAt: at })));
  }

  async function planOf(router: { readonly list: object }, query: ListQuery): Promise<string> {
    const model = modelOf(router.list);
    if (model === null) throw new Error("This is no router of rows.");
    const page = selectPage(model, ann, query, db, scopeOf(model, ann, db)).page;
    return explain(db, page.toSQL());
  }
  return { ...started, ann, planOf };
}

async function explain(
  db: Database<Tables>,
  { sql, params }: { readonly sql: string; readonly params: readonly unknown[] },
): Promise<string> {
  const statement = db.prepare<Readonly<Record<string, string>>>(`plan ${sql}`, {
    sqlite: `explain query plan ${sql}`,
    postgres: `explain (costs off) ${sql}`,
  });
  const rows = await statement.all(params);
  return rows.map((row) => row["detail"] ?? row["QUERY PLAN"]).join("\n");
}

describeDatabases((dialect) => {
  test("CRU-30: each list of one's own rows is read by an index, whatever its order, filter or search", async () => {
    await using started = await startMany(dialect);
    const { ann, planOf } = started;
    const one = { projectId: { eq: ann.id } };
    for (const [router, query] of [
      [notes, {}],
      [notes, { filter: { isDone: { eq: false } } }],
      [notes, { search: "nowhere" }],
      [notes, { order: { by: "title" } }],
      [notes, { offset: 100_000 }],
      [tasks, {}],
      [tasks, { filter: one }],
      [tasks, { filter: one, order: { by: "title", direction: "desc" } }],
      [tasks, { filter: one, search: "nowhere" }],
      [tasks, { search: "nowhere" }],
    ] as const) {
      const plan = await planOf(router, query);
      const table = router === notes ? "notes" : "tasks";
      expect(plan, JSON.stringify(query)).toMatch(/index/i);
      expect(plan, JSON.stringify(query)).not.toMatch(new RegExp(`SCAN ${table}|Seq Scan on ${table}`));
    }
  });

  test("with the index in the list's order nothing is sorted, at the first page or at a cursor", async () => {
    await using started = await startMany(dialect);
    const { ann, planOf, app } = started;
    await using socket = await ann.open();
    const { result } = await socket.query("note.list", { limit: 50 });
    const { nextCursor } = (result?.data ?? {}) as { readonly nextCursor?: string };
    expect(nextCursor).toBeDefined();
    // Postgres would rather sort a hundred rows.
    const sorted = dialect.name === "sqlite" ? /TEMP B-TREE/ : /never/;
    for (const query of [{}, { cursor: nextCursor }]) {
      const plan = await planOf(notes, query);
      expect(plan).toContain("notes_owner_id_created_at");
      expect(plan).not.toMatch(sorted);
    }
    // What is not indexed is sorted: the check can tell.
    expect(await planOf(notes, { order: { by: "title" } })).toMatch(/TEMP B-TREE|Sort/);
    const ofAnn = await app.db.select().from(app.db.tables.notes);
    expect(ofAnn).toHaveLength(people * rowsOfEach);
  });
});

test("the test app has the indexes its lists need, but for those nobody has many of", () => {
  expect(missingIndexes(appRouter, tables)).toEqual([
    'Table "notes", for lists of all rows in the order of "createdAt": index("notes_created_at").on(row.createdAt, row.id)',
    'Table "notes", for lists of all rows in the order of "title": index("notes_title").on(row.title, row.id)',
    'Table "notes", for lists of all rows in the order of "priority": index("notes_priority").on(row.priority, row.id)',
  ]);
});
