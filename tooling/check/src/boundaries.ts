import { readFileSync } from "node:fs";
import { join, normalize } from "node:path";

import { arrows as houseArrows, type Arrows, arrowsOfTests } from "./arrows.ts";
import { type Import, readImports } from "./read-imports.ts";
import { findPackages, findSources, type Package } from "./workspace.ts";

/**
 * Every import in the workspace that runs against the arrows, past a package's `exports` or out of its own folder, as
 * lines that say where and what to do. Empty when all is well.
 */
export function findViolations(root: string, arrows: Readonly<Record<string, Arrows>> = houseArrows): string[] {
  const packages = findPackages(root);
  return packages.flatMap((from) => {
    const allowed = arrows[from.folder];
    if (!allowed) return [`${from.folder}: has no arrows. Say in tooling/check/src/arrows.ts what it may import.`];

    return findSources(root, from.folder).flatMap((file) =>
      readImports(file, readFileSync(join(root, file), "utf8")).flatMap((each) => {
        const complaint = complain(each, { file, from, allowed, packages });
        return complaint ? [`${file}:${each.line}: ${complaint}`] : [];
      }),
    );
  });
}

interface Place {
  readonly file: string;
  readonly from: Package;
  readonly allowed: Arrows;
  readonly packages: readonly Package[];
}

function complain(each: Import, { file, from, allowed, packages }: Place): string | null {
  const { specifier } = each;
  if (specifier.startsWith(".")) return complainOfRelative(each, file, from);
  if (specifier.startsWith("/") || specifier.startsWith("file:")) {
    return `"${specifier}" is a path of one machine. Import a package or a relative file.`;
  }

  const target = packages.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (!target) return null;
  if (each.isExportAll) return `re-exports the package "${specifier}". Let its users import it themselves.`;

  const entry = `.${specifier.slice(target.name.length)}`;
  if (!target.entries.includes(entry)) {
    return `"${specifier}" reaches past the exports of ${target.name}. Export it there, or do without.`;
  }
  const isTest = isTestOrConfig(file);
  if (entry === "./testing" && !isTest && !isLent(file) && !allowed.isForTests) {
    return `"${specifier}" is for tests. Do without.`;
  }
  if (target === from || allowed.to.includes(target.folder)) return null;
  if (isTest && [...arrowsOfTests, ...(allowed.inTests ?? [])].includes(target.folder)) return null;
  if (allowed.inDevelopment?.includes(target.folder) && file.startsWith(`${from.folder}/dev/`)) return null;
  if (allowed.typesOnly?.includes(target.folder)) {
    return each.isType ? null : `only types may come from ${target.name}. Write "import type".`;
  }
  return `${from.folder} must not import ${target.folder}: imports run one way (docs/architecture.md).`;
}

function complainOfRelative({ specifier, isExportAll }: Import, file: string, from: Package): string | null {
  const target = normalize(join(file, "..", specifier));
  if (!`${target}/`.startsWith(`${from.folder}/`)) {
    return `"${specifier}" leaves ${from.folder}. Import the other package by its name.`;
  }
  return isExportAll ? `"export *" hides what a module offers. List the names.` : null;
}

/** Never published. */
function isTestOrConfig(file: string): boolean {
  return /\.(test|suite|config)\.tsx?$|\/(test|e2e)\//.test(file);
}

/** `testing` is what a package lends to the tests of others, also of those who install it. */
function isLent(file: string): boolean {
  return /\/src\/testing\//.test(file);
}
