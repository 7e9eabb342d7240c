import type { MigrationSet } from "@countersign/db";

/** This app's own tables. The library's come before them: see `coreMigrations`. */
export const migrations: MigrationSet = {
  name: "app",
  folders: {
    postgres: new URL("../migrations/postgres/", import.meta.url),
    sqlite: new URL("../migrations/sqlite/", import.meta.url),
  },
};
