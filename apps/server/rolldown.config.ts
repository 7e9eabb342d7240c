import { defineConfig } from "rolldown";

import { carryFolders } from "./build/carry-folders.ts";
import { trpcFromSource } from "./build/trpc-from-source.ts";

/** The server in one file, for production. Beside it lie the migrations; what is compiled C or Rust stays outside. */
export default defineConfig({
  input: "src/main.ts",
  platform: "node",
  external: ["better-sqlite3", "@node-rs/argon2", "pg-native"],
  plugins: [trpcFromSource(), carryFolders()],
  output: {
    cleanDir: true,
    file: "dist/main.js",
    sourcemap: true,
    // What is built is for production, also when whoever starts it forgets to say so.
    intro: `process.env.NODE_ENV ??= "production";`,
  },
});
