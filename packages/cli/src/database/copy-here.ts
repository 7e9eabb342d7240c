import { copyDatabase, type CopiedTableReport, coreMigrations } from "@countersign/db";

import type { AppDatabase } from "../app-database.ts";
import type { Answer } from "../command.ts";
import { countOf } from "../report/count-of.ts";

import { orUnavailable } from "./or-unavailable.ts";

/** @throws Failure when the two databases do not fit together, or a row cannot be kept by the target as it is */
export async function copyHere(options: {
  readonly from: string;
  readonly to: string;
  readonly app: AppDatabase;
  readonly isDryRun: boolean;
  readonly whileRunning: boolean;
  readonly leaveOut: readonly string[];
  readonly progress: (line: string) => void;
}): Promise<Answer> {
  const { from, to, app, isDryRun, whileRunning, leaveOut, progress } = options;
  const begun = performance.now();
  const tables = await orUnavailable(
    copyDatabase({
      from,
      to,
      tables: app.tables,
      migrations: [coreMigrations, app.migrations],
      isDryRun,
      whileRunning,
      leaveOut,
      onProgress({ table, rows, isDone }) {
        if (isDone ? rows > 0 : rows % 50_000 === 0)
          progress(`${table}: ${countOf(rows, "row")}${isDone ? "" : " so far"}`);
      },
    }),
  );
  const seconds = Math.round((performance.now() - begun) / 100) / 10;
  return describe({ tables, isDryRun, whileRunning, seconds });
}

function describe(copied: {
  readonly tables: readonly CopiedTableReport[];
  readonly isDryRun: boolean;
  readonly whileRunning: boolean;
  readonly seconds: number;
}): Answer {
  const { tables, isDryRun, whileRunning, seconds } = copied;
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const files = tables.find(({ table }) => table === "stored_files")?.rows ?? 0;
  // Of this process at its largest, in KiB.
  const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  const lines = [
    `${countOf(rows, "row")} of ${countOf(tables.length, "table")} ${isDryRun ? "can be copied: nothing was kept this time" : "copied and compared"}, in ${seconds} s and ${memoryMiB} MiB.`,
    ...(files > 0 ? [tellOfFiles(files)] : []),
    ...(isDryRun ? [] : [whileRunning ? tellOfMeanwhile : tellOfStart]),
  ];
  return { text: lines.join("\n"), json: { isDryRun, rows, files, seconds, memoryMiB, tables } };
}

const tellOfStart = "Start the servers with the new DATABASE_URL now, and never again with the old one.";

const tellOfMeanwhile =
  "It is the source as it was when the copy began: what servers have written since, sign-outs and withdrawn rights too, is not in it. Do not start servers on it. To move, stop those of the source, and copy again into an empty database, without --while-running.";

function tellOfFiles(files: number): string {
  return `${countOf(files, "file")} of users lie${files === 1 ? "s" : ""} outside of the database: set UPLOAD_FOLDER to the folder they are in (by default files/ beside a SQLite database, else ./data/files), or copy that.`;
}
