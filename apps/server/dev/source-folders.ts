import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** Folders of a package whose files a running program may have read. */
const kinds = ["src", "migrations"];

/** The folders with the sources of a package, and of all workspace packages it stands on. */
export function sourceFolders(home: string): string[] {
  const packages = new Set<string>();
  collect(realpathSync(home), packages);
  return [...packages].flatMap((folder) => kinds.map((kind) => join(folder, kind))).filter((path) => existsSync(path));
}

function collect(folder: string, packages: Set<string>): void {
  if (packages.has(folder)) return;
  packages.add(folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
  for (const [name, version] of Object.entries(dependencies)) {
    if (version.startsWith("workspace:")) collect(realpathSync(join(folder, "node_modules", name)), packages);
  }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}
