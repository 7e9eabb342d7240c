import { cpSync, existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, sep } from "node:path";

import type { Plugin } from "rolldown";

interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Lets the bundle stand alone: the packages that cannot be bundled, because part of them is compiled C or Rust, are laid
 * beside it, without their sources and without what is for other machines. What is built here then runs wherever it is
 * copied to, on a machine of the same kind with a Node and nothing else.
 */
export function standAlone(
  names: readonly string[],
  { from = process.cwd(), machine = process }: { readonly from?: string; readonly machine?: Machine } = {},
): Plugin {
  return {
    name: "stand-alone",
    generateBundle() {
      // Wherever it is copied to, it is read as what it is.
      const source = `${JSON.stringify({ private: true, type: "module" })}\n`;
      this.emitFile({ type: "asset", fileName: "package.json", source });
    },
    writeBundle({ dir, file }) {
      const target = join(dir ?? dirname(file ?? ""), "node_modules");
      for (const [name, folder] of findPackages(names, from)) {
        const isKept = (path: string) => isNeeded(relative(folder, path), machine);
        cpSync(folder, join(target, name), { recursive: true, filter: isKept });
      }
    },
  };
}

/** These packages, and what is installed of those they may need: the compiled parts of this machine are among them. */
function findPackages(names: readonly string[], from: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of names) {
    const folder = findFolder(name, from);
    if (folder === null) throw new Error(`"${name}" is not installed in ${from}. Run pnpm install.`);
    found.set(name, folder);
    for (const part of optionalParts(folder)) {
      const partFolder = findFolder(part, folder);
      if (partFolder !== null) found.set(part, partFolder);
    }
  }
  return found;
}

/** Not by what the package exports: that may be anything. */
function findFolder(name: string, from: string): string | null {
  const places = createRequire(join(from, "package.json")).resolve.paths(name) ?? [];
  const place = places.map((folder) => join(folder, name)).find((folder) => existsSync(folder));
  return place === undefined ? null : realpathSync(place);
}

function optionalParts(folder: string): string[] {
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly optionalDependencies?: Readonly<Record<string, string>>;
  };
  return Object.keys(manifest.optionalDependencies ?? {});
}

function isNeeded(path: string, { platform, arch }: Machine): boolean {
  const [first = ""] = path.split(sep);
  // Its own dependencies are for building it; `src` and `deps` are what it was built from.
  if (["node_modules", "src", "deps"].includes(first)) return false;
  if (!path.endsWith(".node")) return !path.endsWith(".d.ts");
  const name = basename(path);
  // As in linux-x64.node, linuxmusl-x64.node and argon2.linux-x64-gnu.node.
  return name.includes(platform) && name.includes(`-${arch}`);
}
