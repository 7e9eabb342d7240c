import type { FinalState } from "../checker/evidence.ts";

import { type Read, withDatabase } from "./with-database.ts";

/** Reads what the workload left in the database, past the servers, and asks the database to check itself. */
export function readFinalState(databaseUrl: string): Promise<FinalState> {
  return withDatabase(databaseUrl, async (read, dialect) => ({
    notes: (await read(`${rowsOf("notes")}, u.username as client from notes r join users u on u.id = r.owner_id`)).map(
      (row) => ({ ...toRow(row), client: String(row["client"]) }),
    ),
    items: (await read(`${rowsOf("tasks")}, r.project_id as project from tasks r`)).map((row) => ({
      ...toRow(row),
      project: String(row["project"]),
    })),
    members: (
      await read(
        `select m.id as id, m.project_id as project, u.username as client, m.version as version
         from project_members m join users u on u.id = m.user_id`,
      )
    ).map(({ id, project, client, version }) => ({
      id: String(id),
      project: String(project),
      client: String(client),
      version: Number(version),
    })),
    orders: await readOrders(read),
    orphans: await readOrphans(read),
    faults: dialect === "sqlite" ? await findSqliteFaults(read) : await findPostgresFaults(read),
  }));
}

function rowsOf(table: "notes" | "tasks"): string {
  const isRemoved = table === "tasks" ? "case when r.removed_at is null then 0 else 1 end" : "0";
  return `select r.id as id, r.version as version, r.title as title, r.body as body, ${isRemoved} as is_removed`;
}

function toRow(row: Readonly<Record<string, unknown>>) {
  return {
    id: String(row["id"]),
    version: Number(row["version"]),
    title: String(row["title"]),
    body: String(row["body"]),
    isRemoved: Number(row["is_removed"]) === 1,
  };
}

async function readOrders(read: Read): Promise<FinalState["orders"]> {
  const orders = await read("select id, label, version, line_count, total from workload_orders");
  const lines = await read(
    "select order_id, count(*) as lines, sum(amount) as amount from workload_order_lines group by order_id",
  );
  const events = await read("select order_id, kind from workload_order_events");
  const linesOf = new Map(lines.map((line) => [line["order_id"], line]));
  const eventsOf = Map.groupBy(events, (event) => event["order_id"]);
  return orders.map(({ id, label, version, line_count: lineCount, total }) => ({
    id: String(id),
    label: String(label),
    version: Number(version),
    lineCount: Number(lineCount),
    total: Number(total),
    lines: Number(linesOf.get(id)?.["lines"] ?? 0),
    amount: Number(linesOf.get(id)?.["amount"] ?? 0),
    events: (eventsOf.get(id) ?? []).map(({ kind }) => String(kind)),
  }));
}

async function readOrphans(read: Read): Promise<string[]> {
  const orphans = await read(
    `select 'line ' || id as name from workload_order_lines where order_id not in (select id from workload_orders)
     union all
     select 'event ' || id from workload_order_events where order_id not in (select id from workload_orders)`,
  );
  return orphans.map(({ name }) => String(name));
}

async function findSqliteFaults(read: Read): Promise<string[]> {
  const integrity = await read("pragma integrity_check");
  const references = await read("pragma foreign_key_check");
  return [
    ...integrity.map((row) => String(row["integrity_check"])).filter((text) => text !== "ok"),
    ...references.map((row) => `a reference leads nowhere: ${JSON.stringify(row)}`),
  ];
}

/** Every index is compared with its table (`amcheck`, which comes with PostgreSQL). */
async function findPostgresFaults(read: Read): Promise<string[]> {
  await read("create extension if not exists amcheck");
  const indexes = await read(
    `select c.oid as oid, c.relname as name from pg_class c join pg_am a on a.oid = c.relam
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'i' and a.amname = 'btree' and n.nspname = 'public'`,
  );
  const faults: string[] = [];
  for (const { oid, name } of indexes) {
    await read(`select bt_index_check(${Number(oid)}::oid::regclass, true)`).catch((error: unknown) =>
      faults.push(`index ${String(name)}: ${String(error)}`),
    );
  }
  return faults;
}
