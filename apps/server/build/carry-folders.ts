import { cpSync, existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";

import type { Plugin } from "rolldown";

/**
 * Carries along the folders a workspace package reads at run time. `new URL("../migrations/sqlite/", import.meta.url)`
 * would look beside the bundle, so the folder is copied there and the path is mended. What lies outside of the module's
 * own package is not touched.
 */
export function carryFolders(): Plugin {
  const carried = new Map<string, string>();

  return {
    name: "carry-folders",
    transform: {
      filter: { id: { exclude: /node_modules/ }, code: "import.meta.url" },
      handler(code, id) {
        const home = packageFolder(id);
        const mended = code.replaceAll(/new URL\("([^"]+\/)", import\.meta\.url\)/g, (whole, path: string) => {
          const folder = resolve(dirname(id), path);
          if (!folder.startsWith(home + sep)) return whole;
          if (!existsSync(folder)) throw new Error(`${id} reads the folder "${path}", which is not there.`);

          const place = join("carried", basename(home), relative(home, folder));
          carried.set(folder, place);
          return `new URL("./${place}/", import.meta.url)`;
        });
        // No line is moved, so the map of before is right enough.
        return { code: mended, map: null };
      },
    },
    writeBundle({ dir, file }) {
      const target = dir ?? dirname(file ?? "");
      for (const [folder, place] of carried) cpSync(folder, join(target, place), { recursive: true });
    },
  };
}

/** The nearest folder above that has a package.json. */
function packageFolder(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}
