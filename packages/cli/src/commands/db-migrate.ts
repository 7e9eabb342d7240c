import { defineCommand } from "../command.ts";

import { apiOption } from "./app-option.ts";

export const dbMigrate = defineCommand({
  name: "db migrate",
  summary: "Applies the migrations that the database lacks.",
  details: `A starting server does so by itself, unless MIGRATE=check. Several may do it at once:
one migrates, the others wait. Each migration is applied whole or not at all.
With --status the exit code is 4 when one is missing, or the database is newer.`,
  options: {
    status: { help: "Says which are applied and which are missing, and changes nothing." },
    api: apiOption,
  },
  async run({ databaseUrl, app }, { options }) {
    const url = databaseUrl();
    const { migrations } = await app(options.api);
    // Loaded only when it is needed.
    const { migrateHere, tellStatus } = await import("../database/migrate-here.ts");
    return options.status ? tellStatus(url, migrations) : migrateHere(url, migrations);
  },
});
