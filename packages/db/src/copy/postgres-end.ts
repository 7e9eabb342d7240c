import { setTimeout as pause } from "node:timers/promises";

import { type Client, type ClientConfig, DatabaseError, escapeIdentifier } from "pg";

import { connectClient } from "../postgres/connect-client.ts";
import { translatePostgresError } from "../postgres/postgres-error.ts";

import type { RowBatch } from "./copied-row.ts";
import { type ColumnKind, type CopiedTable, refersAhead } from "./copied-table.ts";
import { batchSize, type CopyEnd, CopyRefused, type CopyTarget, notCopied } from "./copy-end.ts";

/**
 * Connects to a Postgres database to copy from. Unless `whileRunning`, nobody else may be connected to it.
 *
 * @throws CopyRefused when somebody is
 */
export async function openPostgresSource(
  settings: ClientConfig,
  { whileRunning }: { readonly whileRunning: boolean },
): Promise<CopyEnd> {
  const client = await connectClient(settings);
  try {
    if (!whileRunning) await requireAlone(client);
    await run(client, "begin isolation level repeatable read read only");
    return createEnd(client);
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function requireAlone(client: Client): Promise<void> {
  // Whoever has just left is still listed for a moment.
  for (let tries = 0; tries < 20 && (await listOthers(client)).length > 0; tries += 1) await pause(50);
  const others = await listOthers(client);
  if (others.length === 0) return;
  const names = others.map(({ name, count }) => `${name} (${count})`).join(", ");
  throw new CopyRefused(
    `Others are connected to the source: ${names}. Stop its servers first: what they write after the copy began would be missing. ` +
      "Write --while-running to copy the state of this moment all the same.",
  );
}

function listOthers(client: Client): Promise<{ name: string; count: string }[]> {
  return run(
    client,
    `select coalesce(nullif(application_name, ''), 'without a name') as name, count(*) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and usesysid is not null
        and coalesce(backend_type, 'client backend') = 'client backend'
      group by 1 order by 1`,
  );
}

/** Connects to a Postgres database to copy to. Its role is to own the tables, as the server's does. */
export async function openPostgresTarget(settings: ClientConfig): Promise<CopyTarget> {
  const client = await connectClient(settings);
  // Said once rows are in, before the commit.
  const restoring: string[] = [];
  let filled: readonly CopiedTable[] = [];

  async function silence(table: CopiedTable): Promise<void> {
    const name = escapeIdentifier(table.name);
    const triggers = await run<{ name: string; enabled: string }>(
      client,
      "select tgname as name, tgenabled as enabled from pg_trigger where tgrelid = $1::regclass and not tgisinternal and tgenabled <> 'D'",
      [name],
    );
    // Also where it has no triggers: it keeps others from writing.
    await run(client, `lock table ${name} in share row exclusive mode`);
    for (const trigger of triggers) {
      const which = escapeIdentifier(trigger.name);
      await run(client, `alter table ${name} disable trigger ${which}`);
      restoring.push(`alter table ${name} enable ${modes[trigger.enabled] ?? ""} trigger ${which}`);
    }
  }

  /** Keys to rows that may come later are looked at when all have come. */
  async function defer(table: CopiedTable): Promise<void> {
    const name = escapeIdentifier(table.name);
    const keys = await run<{ name: string }>(
      client,
      "select conname as name from pg_constraint where conrelid = $1::regclass and contype = 'f' and not condeferrable",
      [name],
    );
    for (const key of keys) {
      const which = escapeIdentifier(key.name);
      await run(client, `alter table ${name} alter constraint ${which} deferrable initially deferred`);
      restoring.push(`alter table ${name} alter constraint ${which} not deferrable`);
    }
  }

  return {
    ...createEnd(client),
    async begin(tables) {
      filled = tables;
      await run(client, "begin");
      for (const table of tables) await silence(table);
      for (const table of tables.filter((each) => refersAhead(tables, each))) await defer(table);
    },
    async write(table, rows) {
      const columns = table.columns.map((_, index) => rows.map((row) => row[index] ?? null));
      await run(client, insertOf(table), columns).catch(refuseWhatBreaks);
    },
    async settle() {
      await run(client, "set constraints all immediate").catch(refuseWhatBreaks);
      for (const statement of restoring) await run(client, statement);
    },
    async commit() {
      // One word for all of it: servers that run on the target read everything again.
      await run(client, "select pg_notify('countersign_changes', 'all')");
      await run(client, "commit", [], true);
      // Plans for empty tables are bad ones. Without it the server's own round comes within a minute.
      for (const { name } of filled) await run(client, `analyze ${escapeIdentifier(name)}`).catch(() => {});
    },
  };
}

/**
 * A shell of SQLite looks at no reference unless it is told to, so rows may refer to others that are not there any more.
 *
 * @throws CopyRefused for what breaks a rule of the target (class 23 of SQLSTATE)
 */
function refuseWhatBreaks(error: unknown): never {
  if (!(error instanceof DatabaseError) || !error.code?.startsWith("23")) throw error;
  const list = error.code === "23503" ? " In SQLite, PRAGMA foreign_key_check lists all rows like it." : "";
  // What is in the row is not told on purpose: see `translatePostgresError`.
  throw new CopyRefused(
    `A row of ${error.table} cannot be copied as it is: ${error.message}. Mend it in the source, then copy again.${list}`,
    { cause: error },
  );
}

/** `pg_trigger.tgenabled`: fires always, or on a replica only. */
const modes: Readonly<Record<string, string | undefined>> = { A: "always", R: "replica" };

function createEnd(client: Client): CopyEnd {
  return {
    dialect: "postgres",
    readSchema: () => readSchema(client),
    read: (table) => readBatches(client, table),
    // What was not committed is rolled back with the connection.
    [Symbol.asyncDispose]: () => client.end(),
  };
}

async function readSchema(client: Client): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await run<{ table: string; column: string }>(
    client,
    `select table_name as table, column_name as column from information_schema.columns join information_schema.tables
        using (table_schema, table_name)
      where table_schema = current_schema() and table_type = 'BASE TABLE' and is_generated = 'NEVER'`,
  );
  const schema = Map.groupBy(
    rows.filter(({ table }) => !notCopied.includes(table)),
    ({ table }) => table,
  );
  return new Map(Array.from(schema, ([name, columns]) => [name, columns.map(({ column }) => column)]));
}

async function* readBatches(client: Client, table: CopiedTable): AsyncGenerator<RowBatch> {
  const columns = table.columns.map(({ name, kind }) => readAs[kind](escapeIdentifier(name))).join(", ");
  await run(client, `declare copied no scroll cursor for select ${columns} from ${escapeIdentifier(table.name)}`);
  try {
    for (;;) {
      const rows = await query<(string | null)[]>(client, {
        text: `fetch ${batchSize} from copied`,
        rowMode: "array",
      });
      if (rows.length === 0) return;
      yield { rows, problems: [] };
    }
  } finally {
    // After an error the transaction is of no use, and the cursor goes with it.
    await client.query("close copied").catch(() => {});
  }
}

/** To text that loses nothing. An instant that never comes stays the word it is, which no column of instants can take. */
const readAs: Readonly<Record<ColumnKind, (column: string) => string>> = {
  text: (column) => column,
  flag: (column) => `case when ${column} then '1' when not ${column} then '0' end`,
  instant: (column) =>
    `case when isfinite(${column}) then (extract(epoch from ${column}) * 1000)::bigint::text else ${column}::text end`,
  json: (column) => `${column}::text`,
  count: (column) => `${column}::text`,
};

/** Days and the rest of it apart: the product of an interval is exact only for small ones. In UTC days are of one length. */
const writeAs: Readonly<Record<ColumnKind, (value: string) => string>> = {
  text: (value) => value,
  flag: (value) => `${value} = '1'`,
  instant: (value) =>
    `((timestamp 'epoch' + (${value}::bigint / 86400000) * interval '1 day' + (${value}::bigint % 86400000) * interval '1 millisecond') at time zone 'UTC')`,
  json: (value) => `${value}::jsonb`,
  count: (value) => `${value}::bigint`,
};

/** A parameter a column, whose values are a list: however many rows, it is one statement. */
function insertOf(table: CopiedTable): string {
  const names = table.columns.map(({ name }) => escapeIdentifier(name)).join(", ");
  const values = table.columns.map(({ kind }, index) => writeAs[kind](`v${index}`)).join(", ");
  const lists = table.columns.map((_, index) => `$${index + 1}::text[]`).join(", ");
  const given = table.columns.map((_, index) => `v${index}`).join(", ");
  return `insert into ${escapeIdentifier(table.name)} (${names}) select ${values} from unnest(${lists}) as given (${given})`;
}

function run<Row>(client: Client, text: string, values: unknown[] = [], mayHaveWritten = false): Promise<Row[]> {
  return query(client, { text, values }, mayHaveWritten);
}

async function query<Row>(
  client: Client,
  statement: { readonly text: string; readonly values?: unknown[]; readonly rowMode?: "array" },
  mayHaveWritten = false,
): Promise<Row[]> {
  try {
    const { rows } = await client.query(statement);
    return rows as Row[]; // The caller names the columns in the text and in the type.
  } catch (error) {
    throw translatePostgresError(error, { mayHaveWritten });
  }
}
