import { fileURLToPath } from "node:url";

import { browserTests } from "@app/browser";

const shared = await browserTests({ serverEntry: fileURLToPath(new URL("../server/dist/main.js", import.meta.url)) });

/** All scenarios on SQLite; those that stand on what the database does, on PostgreSQL as well. */
export default {
  ...shared,
  projects: [
    { name: "sqlite", use: { dialect: "sqlite" } },
    { name: "postgres", use: { dialect: "postgres" }, grep: /@database/ },
  ],
} satisfies typeof shared;
