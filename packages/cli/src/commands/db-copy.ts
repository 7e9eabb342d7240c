import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { warnOfPassword } from "../find-database-url.ts";

import { apiOption } from "./app-option.ts";

export const dbCopy = defineCommand({
  name: "db copy",
  summary: "Copies all rows to another database: from SQLite to Postgres, or back.",
  details: `Everything arrives as it was, sessions too: who is signed in stays so. Stop the
servers of the source first. The target is migrated (countersign db migrate) and
has no row. It is written in one transaction, read back and compared: all of it is
there in the end, or nothing. Files are not in the database: see UPLOAD_FOLDER.`,
  options: {
    from: { value: "url", help: "The source. Without it, what --database or DATABASE_URL says." },
    to: { value: "url", help: "The target. Without it, what TARGET_DATABASE_URL says." },
    "dry-run": { help: "Does all of it, and takes it back." },
    "while-running": { help: "Copies the state of one moment though servers write to the source." },
    "leave-out": { value: "tables", help: "Unknown tables that are not copied, with commas between." },
    api: apiOption,
  },
  async run({ terminal, databaseUrl, app, progress }, { options }) {
    for (const name of ["from", "to"] as const) {
      const url = options[name];
      if (url !== null) warnOfPassword(terminal, `--${name}`, url);
    }
    const from = options.from ?? databaseUrl();
    const to = options.to ?? (terminal.environment["TARGET_DATABASE_URL"] || null);
    if (to === null) {
      throw new Failure("usage", "Where to? Write --to postgres://…, or set TARGET_DATABASE_URL.");
    }
    const leaveOut = (options["leave-out"] ?? "").split(",").flatMap((name) => name.trim() || []);
    // Loaded only when it is needed.
    const { copyHere } = await import("../database/copy-here.ts");
    return copyHere({
      from,
      to,
      app: await app(options.api),
      isDryRun: options["dry-run"],
      whileRunning: options["while-running"],
      leaveOut,
      progress,
    });
  },
});
