import type { MigrationSet } from "./migration-set.ts";

/** The library's own tables and triggers. They come first: an application's tables refer to them. */
export const coreMigrations: MigrationSet = {
  name: "core",
  // The folder is as far from src/ as it is from dist/.
  folders: {
    postgres: new URL("../migrations/postgres/", import.meta.url),
    sqlite: new URL("../migrations/sqlite/", import.meta.url),
  },
};
