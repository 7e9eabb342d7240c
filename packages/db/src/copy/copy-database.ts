import type { ClientConfig } from "pg";

import { parseDatabaseUrl } from "../database-url.ts";
import { readMigrationStatus } from "../migrate-database.ts";
import type { MigrationSet } from "../migration-set.ts";
import { connectionSettings } from "../postgres/connection-settings.ts";
import { coreTables } from "../schema/tables.ts";
import type { TableSet } from "../schema/vocabulary.ts";
import { requireFile } from "../sqlite/require-file.ts";

import { findProblem } from "./copied-row.ts";
import { type CopiedTable, readCopiedTables } from "./copied-table.ts";
import { type CopyEnd, CopyRefused, type CopyTarget } from "./copy-end.ts";
import { openPostgresSource, openPostgresTarget } from "./postgres-end.ts";
import { openSqliteSource, openSqliteTarget } from "./sqlite-end.ts";
import { createTableDigest } from "./table-digest.ts";

export interface CopyDatabaseOptions {
  readonly from: string;
  /** Has every migration, and no row. */
  readonly to: string;
  /** The application's tables, with or without the library's own. */
  readonly tables: TableSet<object>;
  readonly migrations: readonly MigrationSet[];
  /** Does all of it, and takes it back. Default false. */
  readonly isDryRun?: boolean;
  /** Copies the state of one moment though servers write to the source. Default false. */
  readonly whileRunning?: boolean;
  /** Tables of the source that nobody here knows, and that are not to be copied. */
  readonly leaveOut?: readonly string[];
  /** Hears how many rows of a table have been written so far. */
  readonly onProgress?: (progress: { readonly table: string; readonly rows: number; readonly isDone: boolean }) => void;
}

export interface CopiedTableReport {
  readonly table: string;
  readonly rows: number;
  /** Of the rows, in no order: the same on both sides. 64 hex digits. */
  readonly digest: string;
}

/**
 * Copies every row of every table from one database to another, of either dialect: the source is read as of one moment, the
 * target written in one transaction and read back within it. Values arrive as they were, versions and sessions among them.
 *
 * @throws CopyRefused when the two do not fit together, or a row cannot be kept by the target as it is. Nothing is kept then.
 * @throws DatabaseUnavailable when one of them cannot be reached, or is locked
 */
export async function copyDatabase(options: CopyDatabaseOptions): Promise<readonly CopiedTableReport[]> {
  const tables = readCopiedTables({ ...coreTables.postgres, ...options.tables.postgres });
  await requireReady("source", options.from, options.migrations);
  await requireReady("target", options.to, options.migrations);
  if (isSame(options.from, options.to))
    throw new CopyRefused("Source and target are one database. Name another target.");

  await using source = await openSource(options);
  await requireSchema("source", source, { tables, leaveOut: options.leaveOut ?? [] });
  await using target = await openTarget(options.to);
  await requireSchema("target", target, { tables, leaveOut: options.leaveOut ?? [] });
  await target.begin(tables);
  await requireEmpty(target, tables);

  const reports = await copyTables({ source, target, tables, onProgress: options.onProgress ?? (() => {}) });
  for (const [index, table] of tables.entries()) await requireSame(target, table, reports[index]);
  await target.settle();
  if (!options.isDryRun) await target.commit();
  return reports;
}

type End = "source" | "target";

async function requireReady(end: End, url: string, migrations: readonly MigrationSet[]): Promise<void> {
  const location = parseDatabaseUrl(url);
  if (location.dialect === "sqlite" && location.file !== null) requireFile(location.file);
  const { pending, problem } = await readMigrationStatus(url, { migrations });
  if (problem !== null) throw new CopyRefused(`The ${end}: ${problem}`);
  const [first] = pending;
  if (first === undefined) return;
  throw new CopyRefused(
    `The ${end} lacks ${pending.length} of the migrations, ${first} to begin with. Run countersign db migrate with it as DATABASE_URL.`,
  );
}

function isSame(from: string, to: string): boolean {
  const [source, target] = [parseDatabaseUrl(from), parseDatabaseUrl(to)];
  if (source.dialect === "sqlite") return target.dialect === "sqlite" && source.file === target.file;
  return target.dialect === "postgres" && source.url === target.url;
}

function openSource({ from, whileRunning = false }: CopyDatabaseOptions): Promise<CopyEnd> {
  const location = parseDatabaseUrl(from);
  return location.dialect === "sqlite"
    ? openSqliteSource(requireNamed(location.file), { whileRunning })
    : openPostgresSource(settingsOf(location.url), { whileRunning });
}

function openTarget(to: string): Promise<CopyTarget> {
  const location = parseDatabaseUrl(to);
  return location.dialect === "sqlite"
    ? openSqliteTarget(requireNamed(location.file), performance.now() + lockTimeoutMs)
    : openPostgresTarget(settingsOf(location.url));
}

const lockTimeoutMs = 5000;

/** A large table takes its time; to connect, and a lock of somebody else, does not. */
function settingsOf(url: string): ClientConfig {
  const settings = connectionSettings(url, { statementTimeoutMs: 5000, lockTimeoutMs, transactionTimeoutMs: 0 });
  return { ...settings, statement_timeout: 0 };
}

function requireNamed(file: string | null): string {
  if (file !== null) return file;
  throw new CopyRefused("A database in memory is nobody else's. Name a file: sqlite:./path.db.");
}

/** Rows that nobody knows of would be left behind without a word. */
async function requireSchema(
  end: End,
  database: CopyEnd,
  { tables, leaveOut }: { readonly tables: readonly CopiedTable[]; readonly leaveOut: readonly string[] },
): Promise<void> {
  const schema = await database.readSchema();
  const known = new Map(tables.map(({ name, columns }) => [name, columns.map((column) => column.name)]));
  const unknown = Array.from(schema.keys()).filter((name) => !known.has(name) && !leaveOut.includes(name));
  if (unknown.length > 0) {
    throw new CopyRefused(
      `The ${end} has tables that this program does not know: ${unknown.join(", ")}. Add them to the app's tables, or leave them out: ` +
        `--leave-out ${unknown.join(",")}.`,
    );
  }
  for (const [table, columns] of known) {
    const there = new Set(schema.get(table));
    const strange = there.symmetricDifference(new Set(columns));
    if (strange.size === 0) continue;
    throw new CopyRefused(
      `The ${end}'s table ${table} and the one this program knows differ in: ${[...strange].join(", ")}. ` +
        "Bring both together by a migration first.",
    );
  }
}

async function requireEmpty(target: CopyTarget, tables: readonly CopiedTable[]): Promise<void> {
  const filled: string[] = [];
  for (const table of tables) {
    if (await hasRows(target, table)) filled.push(table.name);
  }
  if (filled.length === 0) return;
  throw new CopyRefused(
    `The target has rows already, in ${filled.join(", ")}. Take an empty database, and run countersign db migrate on it; start no server on it before.`,
  );
}

async function hasRows(target: CopyTarget, table: CopiedTable): Promise<boolean> {
  for await (const _batch of target.read(table)) return true;
  return false;
}

async function copyTables(options: {
  readonly source: CopyEnd;
  readonly target: CopyTarget;
  readonly tables: readonly CopiedTable[];
  readonly onProgress: NonNullable<CopyDatabaseOptions["onProgress"]>;
}): Promise<readonly CopiedTableReport[]> {
  const { source, target, tables, onProgress } = options;
  const problems: string[] = [];
  const reports: CopiedTableReport[] = [];
  for (const table of tables) {
    const digest = createTableDigest(table);
    for await (const batch of source.read(table)) {
      problems.push(...batch.problems, ...batch.rows.flatMap((row) => findProblem(table, row, target.dialect) ?? []));
      if (problems.length >= mostProblems) throw refusalOf(problems);
      // Once a row cannot be kept none is: the rest is only looked at.
      if (problems.length > 0) continue;
      for (const row of batch.rows) digest.add(row);
      await target.write(table, batch.rows);
      onProgress({ table: table.name, rows: digest.rows, isDone: false });
    }
    onProgress({ table: table.name, rows: digest.rows, isDone: true });
    reports.push({ table: table.name, rows: digest.rows, digest: digest.value() });
  }
  if (problems.length > 0) throw refusalOf(problems);
  return reports;
}

/** So many are told at once. */
const mostProblems = 20;

function refusalOf(problems: readonly string[]): CopyRefused {
  const shown = problems.slice(0, mostProblems);
  const more = problems.length >= mostProblems ? ["There may be more."] : [];
  return new CopyRefused(
    ["These rows cannot be copied as they are. Mend them in the source, then copy again:", ...shown, ...more].join(
      "\n",
    ),
  );
}

/** What was written is what was read: both databases were asked. */
async function requireSame(
  target: CopyTarget,
  table: CopiedTable,
  expected: CopiedTableReport | undefined,
): Promise<void> {
  const digest = createTableDigest(table);
  for await (const { rows, problems } of target.read(table)) {
    if (problems.length > 0) throw refusalOf(problems);
    for (const row of rows) digest.add(row);
  }
  if (expected && digest.rows === expected.rows && digest.value() === expected.digest) return;
  throw new CopyRefused(
    `The rows of ${table.name} did not arrive as they were (${expected?.rows} were read, ${digest.rows} arrived). ` +
      "Nothing was kept. Please report this.",
  );
}
