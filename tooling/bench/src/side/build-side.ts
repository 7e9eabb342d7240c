import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { type Plugin, rolldown } from "rolldown";

import { trpcFromSource } from "@app/server/trpc-from-source";

/**
 * Builds the sides the way production is built: bundled, with tRPC from its sources. Returns the file, to be handed to
 * `startSide` as its entry.
 */
export async function buildSides(folder: string): Promise<string> {
  const input = fileURLToPath(new URL("./run-side.ts", import.meta.url));
  await using bundle = await rolldown({
    input,
    platform: "node",
    plugins: [trpcFromSource(), leaveNative()],
    logLevel: "warn",
  });
  const { output } = await bundle.write({ dir: folder, entryFileNames: "sides.mjs", chunkFileNames: "[name].mjs" });
  return `${folder}/${output[0].fileName}`;
}

/** What is compiled C or Rust cannot be bundled. It is found from the package that asks for it, not from the built file. */
function leaveNative(): Plugin {
  return {
    name: "leave-native",
    resolveId: {
      filter: { id: /^(?:better-sqlite3|@node-rs\/argon2)$/ },
      handler(id, importer) {
        const from = createRequire(importer ?? import.meta.url);
        return { id: from.resolve(id), external: "absolute" };
      },
    },
  };
}
