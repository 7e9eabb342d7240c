import { defineConfig } from "rolldown";

import { carryFolders } from "./build/carry-folders.ts";
import { standAlone } from "./build/stand-alone.ts";
import { trpcFromSource } from "./build/trpc-from-source.ts";

/** What is compiled C or Rust stays outside of the bundle, and is laid beside it. */
const compiled = ["better-sqlite3", "@node-rs/argon2"];

/** The server, and the command line beside it, for production. With the migrations and what is compiled it is all that runs. */
export default defineConfig({
  input: { main: "src/main.ts", countersign: "src/command-line.ts" },
  platform: "node",
  external: [...compiled, "pg-native"],
  plugins: [trpcFromSource(), carryFolders(), standAlone(compiled)],
  output: {
    cleanDir: true,
    dir: "dist",
    sourcemap: true,
    // What is built is for production, also when whoever starts it forgets to say so.
    intro: `process.env.NODE_ENV ??= "production";`,
  },
});
