import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One package of the workspace. */
export interface Package {
  readonly name: string;
  /** From the root, as in `packages/auth`. */
  readonly folder: string;
  /** The keys of its `exports`, as in `.` and `./styles.css`. */
  readonly entries: readonly string[];
  /** It has a `test` script. */
  readonly hasTests: boolean;
  /** It is not published. */
  readonly isPrivate: boolean;
}

/** All packages under `apps`, `packages` and `tooling`. */
export function findPackages(root: string): Package[] {
  return globSync("{apps,packages,tooling}/*", { cwd: root })
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .toSorted()
    .map((folder) => readPackage(root, folder));
}

/** The package's own source files, from the root. Tests and config files are among them; what is built is not. */
export function findSources(root: string, folder: string): string[] {
  return globSync(`${folder}/**/*.{ts,tsx,mts,js,mjs}`, { cwd: root, exclude: (name) => skipped.has(name) }).toSorted();
}

const skipped = new Set(["node_modules", "dist", "test-results"]);

function readPackage(root: string, folder: string): Package {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  return {
    name: manifest.name,
    folder,
    entries: Object.keys(manifest.exports ?? {}),
    isPrivate: manifest.private ?? false,
    hasTests: manifest.scripts?.["test"] !== undefined,
  };
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
}
