import { is } from "drizzle-orm";
import { getTableConfig, type PgColumn, PgTable } from "drizzle-orm/pg-core";

/** A table as it is copied. Names are those of SQL, which both dialects share. */
export interface CopiedTable {
  readonly name: string;
  readonly columns: readonly CopiedColumn[];
  /** What a row is called by: the positions of its primary key. */
  readonly key: readonly number[];
  /** The tables that its rows refer to; itself, maybe. */
  readonly refersTo: ReadonlySet<string>;
}

export interface CopiedColumn {
  readonly name: string;
  readonly kind: ColumnKind;
}

/** The words of the vocabulary. An id is a text. */
export type ColumnKind = "count" | "flag" | "instant" | "json" | "text";

/** Reads them from an app's tables, spelled for Postgres, in the order in which they can be filled: what is referred to comes first. */
export function readCopiedTables(tables: object): readonly CopiedTable[] {
  const found = new Set(Object.values(tables).filter((table): table is PgTable => is(table, PgTable)));
  return orderByReferences([...found].map(toCopiedTable));
}

function toCopiedTable(table: PgTable): CopiedTable {
  const { name, columns, primaryKeys, foreignKeys } = getTableConfig(table);
  const keyNames = new Set([
    ...columns.filter(({ primary }) => primary).map((column) => column.name),
    ...primaryKeys.flatMap((key) => key.columns.map((column) => column.name)),
  ]);
  return {
    name,
    columns: columns.map((column) => ({ name: column.name, kind: kindOf(name, column) })),
    key: columns.flatMap((column, index) => (keyNames.has(column.name) ? [index] : [])),
    refersTo: new Set(foreignKeys.map((key) => getTableConfig(key.reference().foreignTable).name)),
  };
}

function kindOf(table: string, { name, dataType }: PgColumn): ColumnKind {
  const kind = kinds[dataType];
  if (kind) return kind;
  throw new Error(`The column ${name} of ${table} is none that defineTables has a word for, so it cannot be copied.`);
}

const kinds: Readonly<Record<string, ColumnKind | undefined>> = {
  boolean: "flag",
  date: "instant",
  json: "json",
  number: "count",
  string: "text",
};

/** Tables that refer to each other in a circle come last, in the order they were given. */
function orderByReferences(tables: readonly CopiedTable[]): readonly CopiedTable[] {
  const ordered: CopiedTable[] = [];
  let rest = tables;
  while (rest.length > 0) {
    const names = new Set(rest.map(({ name }) => name));
    const ready = rest.filter(({ name, refersTo }) => refersTo.difference(new Set([name])).isDisjointFrom(names));
    if (ready.length === 0) return [...ordered, ...rest];
    ordered.push(...ready);
    rest = rest.filter((table) => !ready.includes(table));
  }
  return ordered;
}

/** Does a row of the one come before the row it refers to, or may it? Then what it refers to is looked for at the end. */
export function refersAhead(ordered: readonly CopiedTable[], table: CopiedTable): boolean {
  const filled = new Set(ordered.slice(0, ordered.indexOf(table)).map(({ name }) => name));
  return !table.refersTo.isSubsetOf(filled);
}
