import { sql } from "drizzle-orm";

import type { Database } from "@countersign/db";

import type { Tables } from "../tables.ts";

/** Makes many tasks of a project, by turns in each state, and every third with a day of its own. */
export async function fillTasks(db: Database<Tables>, projectId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += mostAtOnce) {
    await insertTasks(db, projectId, from, Math.min(from + mostAtOnce, count));
  }
}

/** No statement may take longer than the pool lets it. */
const mostAtOnce = 10_000;

async function insertTasks(db: Database<Tables>, projectId: string, from: number, until: number): Promise<void> {
  const isPostgres = db.dialect === "postgres";
  // As text: bound numbers are reals to SQLite.
  const [first, end] = [sql.raw(String(from)), sql.raw(String(until))];
  const numbers = isPostgres
    ? sql`select generate_series(${first}, ${end} - 1) as n`
    : sql`with recursive numbers (n) as (select ${first} union all select n + 1 from numbers where n + 1 < ${end}) select n from numbers`;
  const id = isPostgres
    ? sql`'00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0')`
    : sql`printf('00000000-0000-7000-8000-%012x', n)`;
  const instant = isPostgres ? sql`to_timestamp(1790000000 + n)` : sql`(1790000000 + n) * 1000`;
  // In the order of the table's columns.
  await db.insert(db.tables.tasks).select(sql`
    select ${id}, ${text(projectId)}, 'task ' || n, 'of many, number ' || n,
      case n % 3 when 0 then 'todo' when 1 then 'doing' else 'done' end, n * 4294967296, null,
      case n % 3 when 0 then ${instant} end, null, null, 1, ${instant}, ${instant}
    from (${numbers}) as numbers`);

  function text(value: string) {
    return isPostgres ? sql`${value}::text` : sql`${value}`;
  }
}
