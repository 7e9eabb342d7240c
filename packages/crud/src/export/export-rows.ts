import type { Model, Reader } from "../definition/model.ts";
import type { ListQuery } from "../query/list-input.ts";
import { readPage } from "../query/read-rows.ts";
import { openColumns, type Viewer } from "../query/rights.ts";

import { csvLine } from "./csv.ts";

/** A list as a file for spreadsheets. */
export interface CsvExport {
  /** Comma-separated, CRLF, the names of the columns first. */
  readonly text: string;
  readonly rows: number;
  /** False when there are more rows than go into one file. */
  readonly isComplete: boolean;
}

/** Most characters of one file, so that no call takes all memory. */
const mostCharacters = 2_000_000;
const rowsAtOnce = 500;

/** What this user may see of what is asked, in its order, up to the cap. */
export async function exportRows(model: Model, viewer: Viewer, query: ListQuery, reader: Reader): Promise<CsvExport> {
  const { columns, most } = model.csv ?? { columns: [], most: 0 };
  const hidden = new Set(Object.keys(model.showTo)).difference(new Set(openColumns(model, viewer.principal)));
  const shown = columns.filter((name) => !hidden.has(name));
  const lines: string[] = [];
  let characters = 0;
  let cursor: string | null = null;
  do {
    const limit = Math.min(rowsAtOnce, most - lines.length);
    const page = await readPage(model, viewer, { ...query, limit, cursor, count: false }, reader);
    for (const row of page.rows) {
      const line = csvLine(shown.map((name) => row[name]));
      characters += line.length;
      if (characters > mostCharacters) return fileOf(shown, lines, false);
      lines.push(line);
    }
    cursor = page.nextCursor;
  } while (cursor !== null && lines.length < most);
  return fileOf(shown, lines, cursor === null);
}

function fileOf(columns: readonly string[], lines: readonly string[], isComplete: boolean): CsvExport {
  return { text: csvLine(columns) + lines.join(""), rows: lines.length, isComplete };
}
