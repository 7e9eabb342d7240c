import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Plugin } from "rolldown";

/**
 * Bundles a program that stands in TypeScript, and returns the file to run instead: it does the same, and starts several times as
 * fast, since Node neither looks for a thousand files nor takes the types out of them. What it reads beside its sources it still
 * finds there. A bundle is kept, and made again when a file has changed that is in it, or anything was installed.
 */
export async function bundleProgram(entry: string, cache = cacheFolder): Promise<string> {
  const name = `${basename(entry, ".ts")}-${createHash("sha256").update(entry).digest("hex").slice(0, 12)}`;
  const kept = await findFresh(join(cache, `${name}.json`));
  if (kept !== null) return kept;

  await mkdir(cache, { recursive: true });
  await removeOld(cache, name);
  const folder = await mkdtemp(join(cache, `${name}-`));
  const sources = new Set<string>([lockfile, import.meta.filename]);
  // When it is needed: most who start a program find it bundled.
  const { rolldown } = await import("rolldown");
  const build = await rolldown({
    input: entry,
    platform: "node",
    external: ["pg-native"],
    plugins: [stayInPlace(), leaveCompiled(), noteSources(sources)],
    onLog() {},
  });
  await build.write({
    dir: folder,
    sourcemap: true,
    sourcemapExcludeSources: true,
    // The map is read with the first trace. That is to be before anybody measures what a moment takes.
    intro: (chunk) => (chunk.isEntry ? "void new Error().stack;" : ""),
    entryFileNames: "main.mjs",
    chunkFileNames: "[name]-[hash].mjs",
    codeSplitting: { groups: [{ name: installed, test: /node_modules/ }] },
  });
  await build.close();

  const program = join(folder, "main.mjs");
  const manifest: Manifest = { program, sources: await Promise.all(Array.from(sources, describe)) };
  // Others may be making the same one: whoever is last is right as well.
  const draft = join(folder, "manifest.json");
  await writeFile(draft, JSON.stringify(manifest));
  await rename(draft, join(cache, `${name}.json`));
  return program;
}

const cacheFolder = join(import.meta.dirname, "../node_modules/.cache/programs");
const lockfile = join(import.meta.dirname, "../../../pnpm-lock.yaml");
const installed = "installed";

interface Manifest {
  readonly program: string;
  readonly sources: readonly Source[];
}

interface Source {
  readonly path: string;
  readonly size: number;
  readonly changedMs: number;
}

/** Null when there is none, or one of its sources is not as it was. */
async function findFresh(file: string): Promise<string | null> {
  try {
    // The cast: `bundleProgram` alone writes it.
    const { program, sources } = JSON.parse(await readFile(file, "utf8")) as Manifest;
    const isSame = await Promise.all(
      sources.map(async (source) => {
        const { size, changedMs } = await describe(source.path);
        return size === source.size && changedMs === source.changedMs;
      }),
    );
    return isSame.every(Boolean) && existsSync(program) ? program : null;
  } catch (error) {
    // Never made, or something it was made of is gone.
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

async function describe(path: string): Promise<Source> {
  const { size, mtimeMs } = await stat(path);
  return { path, size, changedMs: mtimeMs };
}

/** Those that a program may still run from are left. */
async function removeOld(cache: string, name: string): Promise<void> {
  for (const entry of await readdir(cache, { withFileTypes: true })) {
    const folder = join(cache, entry.name);
    if (!entry.isDirectory() || !entry.name.startsWith(`${name}-`)) continue;
    const { mtimeMs } = await stat(folder);
    if (Date.now() - mtimeMs > keptMs) await rm(folder, { recursive: true, force: true });
  }
}

const keptMs = 24 * 3600 * 1000;

/** A module says where it is as if it were not bundled. */
function stayInPlace(): Plugin {
  return {
    name: "stay-in-place",
    transform: {
      filter: { id: { exclude: /node_modules/ }, code: "import.meta." },
      handler(code, id) {
        // No line is moved, so the map of before is right enough.
        return {
          code: code
            .replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href))
            .replaceAll("import.meta.dirname", JSON.stringify(dirname(id)))
            .replaceAll("import.meta.filename", JSON.stringify(id)),
          map: null,
        };
      },
    },
  };
}

/** What is compiled C or Rust is loaded from where it is installed. */
function leaveCompiled(): Plugin {
  return {
    name: "leave-compiled",
    resolveId: {
      filter: { id: /^(?:better-sqlite3|@node-rs\/argon2)$/ },
      handler(id, importer) {
        const file = createRequire(importer ?? import.meta.url).resolve(id);
        return { id: pathToFileURL(file).href, external: true };
      },
    },
  };
}

/** What the bundle is made of, and what says how packages of the workspace are found. */
function noteSources(sources: Set<string>): Plugin {
  return {
    name: "note-sources",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const id of this.getModuleIds()) {
          if (!existsSync(id)) continue;
          sources.add(id);
          if (!id.includes("node_modules")) sources.add(manifestOf(id));
        }
        // Traces lead to our own sources. The map of all others is as large as they are, and read with the first error.
        for (const file of Object.values(bundle)) {
          if (!file.fileName.startsWith(installed)) continue;
          if (file.type === "asset") delete bundle[file.fileName];
          else file.code = file.code.replace(/\n\/\/# sourceMappingURL=.*/, "");
        }
      },
    },
  };
}

function manifestOf(file: string): string {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, "package.json");
}
