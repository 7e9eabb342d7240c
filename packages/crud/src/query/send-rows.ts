import type { AnyRow, Model, Reader } from "../definition/model.ts";

import { canOf, openColumns, type Viewer } from "./rights.ts";

/** A row as it goes out. */
export type SentRow = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly version: number;
  readonly $can: Readonly<Record<string, boolean>>;
};

/** Rows as they go out: the columns shown or the projection, those shown to this user, instants as text, rights under `$can`. */
export async function sendRows(
  model: Model,
  viewer: Viewer,
  rows: readonly AnyRow[],
  reader: Reader,
): Promise<readonly SentRow[]> {
  if (rows.length === 0) return [];
  const bodies = model.project ? await model.project(rows.map(withoutRights), reader) : rows;
  if (bodies.length !== rows.length) {
    throw new Error(
      `project() of "${model.tableName}" returned ${bodies.length} rows for ${rows.length}. Return one for each.`,
    );
  }
  const open = openColumns(model, viewer.principal);
  return rows.map((row, index) => {
    // The cast: a body is an object, whatever is in it.
    const body = bodies[index] as Readonly<Record<string, unknown>>;
    const sent = sentValues(body, model.project ? Object.keys(body) : model.shown);
    return Object.assign(sent, sentValues(row, open), {
      id: row.id,
      version: row.version,
      $can: canOf(model, viewer, row),
    });
  });
}

/** The same for one row. */
export async function sendRow(model: Model, viewer: Viewer, row: AnyRow, reader: Reader): Promise<SentRow> {
  const [sent] = await sendRows(model, viewer, [row], reader);
  // The cast: there is one for each.
  return sent as SentRow;
}

/** The columns alone. */
export function withoutRights(row: AnyRow): AnyRow {
  const columns = Object.entries(row).filter(([name]) => !name.startsWith("$"));
  return Object.fromEntries(columns) as AnyRow;
}

/** In a loop: this runs for every column of every row that is sent. */
function sentValues(row: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  const sent: Record<string, unknown> = {};
  for (const name of names) {
    const value = row[name];
    sent[name] = value instanceof Date ? toInstant(value) : value;
  }
  return sent;
}

/** Null for one that PostgreSQL can keep and JavaScript cannot say (infinity, BC): one such row is not to break everybody's list. */
function toInstant(value: Date): string | null {
  return Number.isNaN(value.getTime()) ? null : value.toISOString();
}
