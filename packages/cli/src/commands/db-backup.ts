import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";

export const dbBackup = defineCommand({
  name: "db backup",
  summary: "Copies a SQLite database into a new file while the server runs.",
  details: `The state of one moment, checked, and on the disk when it ends. Sessions and mailed
links are left out: a restored backup signs nobody in. Copying the file by itself
loses what is still in its log. For Postgres use pg_dump: docs/guides/backup.md.`,
  options: {
    to: { value: "file", help: "The new file. It must not be there." },
  },
  async run({ databaseUrl }, { options }) {
    if (options.to === null) throw new Failure("usage", "Where to? Write --to backup.db.");
    // Loaded only when it is needed.
    const { backupHere } = await import("../database/backup-here.ts");
    return backupHere(databaseUrl(), options.to);
  },
});
