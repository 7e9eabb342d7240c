import type { Dialect } from "../database.ts";

import type { RowBatch } from "./copied-row.ts";
import type { CopiedTable } from "./copied-table.ts";

/** One of the two databases of a copy. What it reads is of one moment, until it is closed. */
export interface CopyEnd extends AsyncDisposable {
  readonly dialect: Dialect;
  /** Every table there is, with the columns that are written, but for the library's notes about the database itself. */
  readSchema(): Promise<ReadonlyMap<string, readonly string[]>>;
  /** All rows, some at a time. */
  read(table: CopiedTable): AsyncIterable<RowBatch>;
}

/** Where rows are written to, in one transaction. Closed before `commit`, it keeps nothing. */
export interface CopyTarget extends CopyEnd {
  /** Keeps others from writing, and triggers from firing: rows arrive as they are, versions and all, and nobody is told. */
  begin(tables: readonly CopiedTable[]): Promise<void>;
  write(table: CopiedTable, rows: RowBatch["rows"]): Promise<void>;
  /** Once all rows are in: lets triggers fire again, and looks whether every reference leads somewhere. */
  settle(): Promise<void>;
  /** @throws DatabaseUnavailable with `outcomeUnknown` when nobody can say whether it did */
  commit(): Promise<void>;
}

/** Rows that are read at once, and written in one statement. */
export const batchSize = 500;

/** Which migrations were applied, and what was changed lately: each database has its own. */
export const notCopied: readonly string[] = ["access_changes", "countersign_migrations"];

/** The copy is not made, or taken back: the message says why, and what to do. Nothing of it is kept. */
export class CopyRefused extends Error {
  override readonly name = "CopyRefused";
}
