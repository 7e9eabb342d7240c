import type { OnError } from "./report.ts";

/** Rows whose changes are told: apart by the value of a text column or, with null, all of the table's alike. Names as in SQL. */
export interface WatchedRows {
  readonly table: string;
  readonly column: string | null;
}

/** The topics of the rows that a commit changed; null when they are too many to be told one by one. */
export type OnRowsChanged = (topics: readonly string[] | null) => void;

/** What a change of such rows is told under, as in `rows:notes:owner_id:0192…`. An update tells of the value before, too. */
export function rowsTopic({ table, column }: WatchedRows, value?: unknown): string {
  return column === null ? `rows:${table}` : `rows:${table}:${column}:${String(value)}`;
}

/** The name of what watches them in the database. Postgres' names hold 63 bytes. */
export function watchName({ table, column }: WatchedRows): string {
  const name = `countersign_rows_${table}${column === null ? "" : `_${column}`}`;
  if (Buffer.byteLength(name) > 55) throw new Error(`"${name}" is too long to be watched. Shorten the table's name.`);
  return name;
}

/** One statement or transaction tells of at most so many topics. */
export const mostTopics = 200;

/** Who listens to what this process commits. */
export interface RowListeners {
  readonly areListening: boolean;
  add(listener: OnRowsChanged): () => void;
  tell(topics: readonly string[] | null): void;
}

export function createRowListeners(onError: OnError): RowListeners {
  const listeners = new Set<OnRowsChanged>();
  return {
    get areListening() {
      return listeners.size > 0;
    },
    add(listener) {
      // Wrapped, so that the same function can listen twice.
      const own: OnRowsChanged = (topics) => listener(topics);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    tell(topics) {
      if (topics?.length === 0) return;
      for (const listener of listeners) {
        try {
          listener(topics);
        } catch (error) {
          onError(error);
        }
      }
    },
  };
}
