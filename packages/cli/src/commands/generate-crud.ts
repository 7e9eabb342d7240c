import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { defineCommand } from "../command.ts";
import { Failure } from "../failure.ts";
import { finishFiles } from "../generate/finish-files.ts";
import { planCrud } from "../generate/plan-crud.ts";
import { planFiles } from "../generate/plan-files.ts";
import { readTable } from "../generate/read-table.ts";
import { requireMigration } from "../generate/require-migration.ts";
import { writeFiles } from "../generate/write-files.ts";

export const generateCrud = defineCommand({
  name: "generate crud",
  summary: "Writes router, page and tests for a table of the app's schema.",
  details: `The rows are their owner's, or with --permission everybody's who holds it. Nothing
that is there is written over: what is generated is yours to change.`,
  operands: { usage: "<table>", least: 1, most: 1 },
  options: {
    owner: { value: "column", help: "Whose the rows are; found by itself where one column refers to users." },
    permission: { value: "name", help: "All rows, for those who hold this permission, instead of an owner." },
    singular: { value: "name", help: "What one row is called in the code: person, for a table of people." },
    api: { value: "folder", help: "Where the app's routers are; packages/api." },
    web: { value: "folder", help: "Where its pages are; apps/web, if that is there." },
    "dry-run": { help: "Says what would be written, and writes nothing." },
  },
  async run({ terminal }, { operands: [name = ""], options }) {
    const folder = process.cwd();
    const api = resolve(folder, options.api ?? "packages/api");
    const table = await readTable(api, name);
    const plan = planCrud(table, options);
    requireMigration(api, table);
    const files = planFiles(plan, {
      api,
      web: findFolder(folder, options.web, "apps/web"),
      scenes: findFolder(folder, null, "apps/e2e"),
    });
    const there = [...files.created.keys()].filter((path) => existsSync(path));
    if (there.length > 0) {
      throw new Failure("refused", `There is already: ${shown(there).join(", ")}. Nothing was written.`);
    }

    const created = shown(files.created.keys());
    const changed = shown(files.changed.keys());
    if (!options["dry-run"]) {
      await writeFiles(files);
      await finishFiles({ folder, api, paths: [...files.created.keys(), ...files.changed.keys()], terminal });
    }
    return {
      text: describe({ created, changed, left: files.left, isDry: options["dry-run"] }),
      json: { created, changed, left: files.left },
    };

    function shown(paths: Iterable<string>): readonly string[] {
      return Array.from(paths, (path) => relative(folder, path));
    }
  },
});

/** The folder that is named; else the usual one, where it is there. */
function findFolder(folder: string, named: string | null, usual: string): string | null {
  if (named === null) return existsSync(join(folder, usual)) ? join(folder, usual) : null;
  if (existsSync(resolve(folder, named))) return resolve(folder, named);
  throw new Failure("notFound", `There is no folder ${named}.`);
}

function describe(files: {
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly left: readonly string[];
  readonly isDry: boolean;
}): string {
  const lines = [
    files.isDry ? "These would be written:" : "Written:",
    ...files.created.map((path) => `  ${path}`),
    files.isDry ? "These would be changed:" : "Changed:",
    ...files.changed.map((path) => `  ${path}`),
    ...files.left.map((edit) => `Put this into ${edit}`),
  ];
  return lines.join("\n");
}
