import Sqlite from "better-sqlite3";

import { openConnections } from "../sqlite/open-connections.ts";
import { isLocked, translateSqliteError } from "../sqlite/sqlite-error.ts";
import { waitForLock } from "../sqlite/wait-for-lock.ts";

import { type CopiedRow, nameRow, type RowBatch } from "./copied-row.ts";
import type { CopiedTable } from "./copied-table.ts";
import { batchSize, type CopyEnd, CopyRefused, type CopyTarget, notCopied } from "./copy-end.ts";

/**
 * Opens a SQLite file to copy from. Unless `whileRunning`, nobody else may have it open, and nobody can open it meanwhile.
 *
 * @throws CopyRefused when somebody has
 */
export async function openSqliteSource(
  file: string,
  { whileRunning }: { readonly whileRunning: boolean },
): Promise<CopyEnd> {
  const sqlite = new Sqlite(file, { fileMustExist: true, timeout: 0 });
  try {
    if (whileRunning) {
      sqlite.exec("begin");
      // The moment is that of the first read.
      sqlite.prepare("select count(*) from sqlite_schema").get();
    } else {
      beginAlone(sqlite, file);
    }
    return createEnd(sqlite);
  } catch (error) {
    sqlite.close();
    throw translateSqliteError(error, { mayHaveWritten: false });
  }
}

function beginAlone(sqlite: Sqlite.Database, file: string): void {
  // Whoever has a file with a WAL open holds a lock on it as long as they do.
  sqlite.pragma("locking_mode = EXCLUSIVE");
  try {
    sqlite.exec("begin immediate");
  } catch (error) {
    if (!isLocked(error)) throw error;
    throw new CopyRefused(
      `Another process has ${file} open, a server most likely. Stop it first: what it writes after the copy began would be missing. ` +
        "Write --while-running to copy the state of this moment all the same.",
      { cause: error },
    );
  }
}

/**
 * Opens a SQLite file to copy to.
 *
 * @throws DatabaseUnavailable when another process keeps it locked beyond the deadline (of `performance.now()`)
 */
export async function openSqliteTarget(file: string, deadline: number): Promise<CopyTarget> {
  const { reader, writer } = await openConnections(file, deadline);
  reader.close();
  const triggers: string[] = [];

  async function begin(): Promise<void> {
    // References are looked at before the commit instead: rows of one table may refer to each other.
    writer.pragma("foreign_keys = OFF");
    await waitForLock(() => writer.exec("begin immediate"), deadline);
    const found = writer
      .prepare<[], { name: string; sql: string }>(
        "select name, sql from sqlite_schema where type = 'trigger' order by rowid",
      )
      .all();
    // SQLite cannot switch them off. They are made again before the commit.
    for (const { name } of found) writer.exec(`drop trigger ${quote(name)}`);
    triggers.push(...found.map(({ sql }) => sql));
  }

  return {
    ...createEnd(writer),
    begin: () => translated(begin),
    write: (table, rows) =>
      translated(async () => {
        const insert = writer.prepare(insertOf(table));
        for (const row of rows) insert.run(row.map((value, index) => toSqlite(table, index, value)));
      }),
    settle: () =>
      translated(async () => {
        for (const sql of triggers) writer.exec(sql);
        const [broken] = writer.pragma("foreign_key_check") as { table: string; parent: string }[]; // A row a reference.
        if (broken)
          throw new CopyRefused(`Rows of ${broken.table} refer to rows of ${broken.parent} that are not there.`);
      }),
    commit: () => translated(() => waitForLock(() => void writer.exec("commit"), performance.now() + 5000), true),
  };
}

function createEnd(sqlite: Sqlite.Database): CopyEnd {
  return {
    dialect: "sqlite",
    readSchema: () => translated(async () => readSchema(sqlite)),
    async *read(table) {
      try {
        yield* readBatches(sqlite, table);
      } catch (error) {
        throw translateSqliteError(error, { mayHaveWritten: false });
      }
    },
    async [Symbol.asyncDispose]() {
      if (sqlite.inTransaction) sqlite.exec("rollback");
      sqlite.close();
    },
  };
}

function readSchema(sqlite: Sqlite.Database): ReadonlyMap<string, readonly string[]> {
  const rows = sqlite
    .prepare<[], { name: string; column: string }>(
      `select tables.name, columns.name as "column" from sqlite_schema as tables, pragma_table_xinfo(tables.name) as columns
        where tables.type = 'table' and substr(tables.name, 1, 7) <> 'sqlite_' and hidden = 0`,
    )
    .all()
    .filter(({ name }) => !notCopied.includes(name));
  const schema = Map.groupBy(rows, ({ name }) => name);
  return new Map(Array.from(schema, ([name, columns]) => [name, columns.map(({ column }) => column)]));
}

/** In the order of the rows' own numbers, so that no statement stays open between the batches. */
function* readBatches(sqlite: Sqlite.Database, table: CopiedTable): Generator<RowBatch> {
  const columns = table.columns.map(({ name }) => quote(name)).join(", ");
  const statement = sqlite
    .prepare<[bigint, number], unknown[]>(
      `select rowid, ${columns} from ${quote(table.name)} where rowid > ? order by rowid limit ?`,
    )
    .safeIntegers(true)
    .raw(true);
  let last = -(2n ** 63n);
  for (;;) {
    const found = statement.all(last, batchSize) as unknown as [bigint, ...SqliteValue[]][]; // `raw`: the rowid comes first.
    const final = found.at(-1);
    if (!final) return;
    [last] = final;
    const rows: CopiedRow[] = [];
    const problems: string[] = [];
    for (const [rowid, ...values] of found) {
      const row = values.map(toText);
      const problem = findForeign(sqlite, { table, rowid, values, row });
      if (problem === null) rows.push(row);
      else problems.push(problem);
    }
    yield { rows, problems };
  }
}

/** Whole numbers come as bigint; a number is one with a fraction, or that was put there as such. */
type SqliteValue = string | bigint | number | Buffer | null;

function toText(value: SqliteValue): string | null {
  return value === null ? null : String(value);
}

/** SQLite keeps any value in any column, and any bytes as text. What no column of the kind can hold elsewhere is named. */
function findForeign(
  sqlite: Sqlite.Database,
  given: {
    readonly table: CopiedTable;
    readonly rowid: bigint;
    readonly values: readonly SqliteValue[];
    readonly row: CopiedRow;
  },
): string | null {
  const { table, rowid, values, row } = given;
  for (const [index, { name, kind }] of table.columns.entries()) {
    const value = values[index] ?? null;
    if (value === null) continue;
    const isText = kind === "text" || kind === "json";
    if (typeof value !== (isText ? "string" : "bigint")) {
      return `${nameRow(table, row)}, column ${name}: holds ${Buffer.isBuffer(value) ? "bytes" : String(value)}, which is no ${kind}.`;
    }
    if (typeof value === "string" && value.includes("\u{fffd}") && !isExact(sqlite, { table, name, rowid, value })) {
      return `${nameRow(table, row)}, column ${name}: holds bytes that are no text.`;
    }
  }
  return null;
}

/** What is no UTF-8 was read as U+FFFD. So is U+FFFD. */
function isExact(
  sqlite: Sqlite.Database,
  given: { readonly table: CopiedTable; readonly name: string; readonly rowid: bigint; readonly value: string },
): boolean {
  const text = `select cast(${quote(given.name)} as blob) from ${quote(given.table.name)} where rowid = ?`;
  const bytes = sqlite.prepare<[bigint], Buffer>(text).pluck().get(given.rowid);
  return bytes?.equals(Buffer.from(given.value)) ?? false;
}

function insertOf(table: CopiedTable): string {
  const columns = table.columns.map(({ name }) => quote(name)).join(", ");
  return `insert into ${quote(table.name)} (${columns}) values (${table.columns.map(() => "?").join(", ")})`;
}

function toSqlite(table: CopiedTable, index: number, value: string | null): string | bigint | null {
  const kind = table.columns[index]?.kind;
  return value === null || kind === "text" || kind === "json" ? value : BigInt(value);
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function translated<Result>(work: () => Promise<Result>, mayHaveWritten = false): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw translateSqliteError(error, { mayHaveWritten });
  }
}
