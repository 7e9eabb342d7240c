import type Sqlite from "better-sqlite3";

import { mostTopics, type RowListeners, rowsTopic, type WatchedRows, watchName } from "../row-changes.ts";

/** Gathers which watched rows the writer changes, and tells of them when they are committed. */
export interface RowTriggers {
  watch(watched: readonly WatchedRows[]): void;
  /** What was gathered has been committed. */
  commit(): void;
  /** It was not. */
  rollback(): void;
}

/**
 * Temporary triggers, which belong to this connection: other programs write the file without them, and are noticed by
 * `watchDataVersion`. They see what nobody in the code does, such as cascades.
 */
export function createRowTriggers(writer: Sqlite.Database, listeners: RowListeners): RowTriggers {
  const gathered = new Set<string>();
  writer.function("countersign_changed", (table: string, column: string | null, value: unknown) => {
    if (gathered.size <= mostTopics) gathered.add(rowsTopic({ table, column }, value));
    return null;
  });

  return {
    watch(watched) {
      for (const each of watched) {
        // A trigger is made without a look at what it names: then every write would fail.
        if (each.column !== null)
          writer.prepare(`select watched.${name(each.column)} from main.${name(each.table)} as watched`);
        for (const statement of triggersOf(each)) writer.exec(statement);
      }
    },
    commit() {
      if (gathered.size === 0) return;
      const topics = gathered.size > mostTopics ? null : [...gathered];
      gathered.clear();
      listeners.tell(topics);
    },
    rollback() {
      gathered.clear();
    },
  };
}

function triggersOf(watched: WatchedRows): string[] {
  const { table, column } = watched;
  const told = (row: "new" | "old") => {
    if (column === null) return `select countersign_changed(${text(table)}, null, null);`;
    return `select countersign_changed(${text(table)}, ${text(column)}, ${row}.${name(column)}) where ${row}.${name(column)} is not null;`;
  };
  const trigger = (event: string, body: string) =>
    `create temp trigger if not exists ${name(`${watchName(watched)}_${event}`)} after ${event} on main.${name(table)} begin ${body} end`;
  return [
    trigger("insert", told("new")),
    trigger("update", column === null ? told("new") : told("old") + told("new")),
    trigger("delete", told("old")),
  ];
}

function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
