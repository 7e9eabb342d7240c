import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import type { Plugin } from "rolldown";

const name = "@trpc/server";

/**
 * Takes `@trpc/server` from the sources it ships, which the bundler then leaves as modern as they are. Its published
 * files replace object spread by a helper for old engines; that helper was more than half of what a call costs
 * (docs/decisions/004-trpc-from-source.md).
 */
export function trpcFromSource(): Plugin {
  // Resolved through the package that depends on it: this app does not.
  const rpc = createRequire(import.meta.url).resolve("@countersign/rpc");
  const sources = join(dirname(createRequire(rpc).resolve(`${name}/package.json`)), "src");

  return {
    name: "trpc-from-source",
    resolveId: {
      filter: { id: /^@trpc\/server(?:\/|$)/ },
      handler(id) {
        const path = join(sources, id.slice(name.length) || "index");
        const found = [`${path}.ts`, join(path, "index.ts")].find((file) => existsSync(file));
        if (!found)
          throw new Error(`${name} has no source for "${id}" any more. Build from its published files again.`);
        return found;
      },
    },
  };
}
