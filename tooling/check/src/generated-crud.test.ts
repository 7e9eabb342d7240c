import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const run = promisify(execFile);

test("C9: what `generate crud` writes for a new table passes format, lint, boundaries, types and its own tests unchanged", async () => {
  await using copy = await mkdtempDisposable(join(tmpdir(), "countersign-generated-"));
  const app = copy.path;
  copyWorkspace(app);
  const api = join(app, "packages/api");
  addTables(api);
  const generate = (table: string) => node(app, ["packages/cli/src/main.ts", "generate", "crud", table]);
  expect(await generate("tags").then(() => null, saidBy)).toMatch(/no migration for postgres and sqlite/);
  await migrate(api);

  for (const table of ["tags", "recipes"]) await generate(table);

  await expectToPass(app, "node_modules/.bin/oxfmt", ["--check", ...written]);
  await expectToPass(app, "node_modules/.bin/oxlint", written);
  await expectToPass(app, process.execPath, ["tooling/check/src/print-violations.ts"]);
  for (const folder of ["packages/api", "apps/web", "apps/e2e"]) {
    await expectToPass(join(app, folder), join(root, "node_modules/.bin/tsc"), ["--noEmit"]);
  }
  await expectToPass(join(app, "packages/api"), "node_modules/.bin/vitest", [
    "run",
    "src/tag",
    "src/recipe",
    "src/triggers.test.ts",
    "src/migrations.test.ts",
    "src/indexes.test.ts",
  ]);
  // The table of who may call what was brought up to date.
  expect(readFileSync(join(app, "packages/api/authorization-rules.txt"), "utf8")).toMatch(
    /tag\.live[^]*recipe\.purge|recipe\.purge[^]*tag\.live/,
  );
}, 600_000);

const written = [
  "packages/api/src/tag",
  "packages/api/src/recipe",
  "packages/api/src/router.ts",
  "packages/api/src/test/sample-inputs.ts",
  "apps/web/src/tags",
  "apps/web/src/recipes",
  "apps/web/src/api.ts",
  "apps/web/src/router.tsx",
  "apps/web/src/shell/main-navigation.tsx",
  "apps/e2e/src/tags.test.ts",
  "apps/e2e/src/recipes.test.ts",
];

/** The workspace as it is, with the packages it has installed, and nothing that was built. */
function copyWorkspace(to: string): void {
  const left = new Set(["node_modules", ".git", ".turbo", "dist", "test-results", "data"]);
  cpSync(root, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => {
      const parts = relative(root, path).split("/");
      // The links of each package's dependencies come with it; what they lead to is linked as a whole.
      const isOfPackage = parts.length > 2 && parts[2] === "node_modules";
      return isOfPackage ? !parts.includes(".vite") && !parts.includes(".bin") : !parts.some((part) => left.has(part));
    },
  });
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
  for (const folder of ["packages/api", "apps/web", "apps/e2e"]) {
    const bin = join(folder, "node_modules/.bin");
    mkdirSync(join(to, folder, "node_modules"), { recursive: true });
    symlinkSync(join(root, bin), join(to, bin));
  }
}

/** Tables as a person would add them to the schema: one whose rows go for good, and one with a bin. */
function addTables(api: string): void {
  for (const [name, table] of [
    ["tag", tagTable],
    ["recipe", recipeTable],
  ] as const) {
    mkdirSync(join(api, "src", name));
    writeFileSync(join(api, "src", name, "table.ts"), table);
  }
  edit(join(api, "src/tables.ts"), [
    [
      /^import \{ defineTasks \}/m,
      `import { defineRecipes } from "./recipe/table.ts";\nimport { defineTags } from "./tag/table.ts";\n$&`,
    ],
    [
      "const notes = defineNotes(words, users);",
      "$&\n  const tags = defineTags(words, users);\n  const recipes = defineRecipes(words, users);",
    ],
    ["return { notes,", "return { notes, tags, recipes,"],
  ]);
  for (const dialect of ["sqlite", "postgres"]) {
    edit(join(api, `src/kit-${dialect}.ts`), [["{ notes,", "{ notes, tags, recipes,"]]);
  }
}

/** Its migrations, by the tool that makes them. */
async function migrate(api: string): Promise<void> {
  for (const dialect of ["sqlite", "postgres"] as const) {
    const kit = join(root, "packages/api/node_modules/drizzle-kit/bin.cjs");
    const name = dialect === "sqlite" ? "sqlite" : "postgresql";
    const words = `generate --dialect ${name} --schema ./src/kit-${dialect}.ts --out ./migrations/${dialect}`;
    await node(api, [kit, ...words.split(" ")]);
  }
}

function edit(file: string, changes: readonly (readonly [string | RegExp, string])[]): void {
  const text = readFileSync(file, "utf8");
  const edited = changes.reduce((present, [from, to]) => {
    const next = present.replace(from, to);
    if (next === present) throw new Error(`${file} has no ${String(from)} any more: mend this test.`);
    return next;
  }, text);
  writeFileSync(file, edited);
}

function node(folder: string, words: readonly string[]) {
  return run(process.execPath, words, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
}

async function expectToPass(folder: string, program: string, words: readonly string[]): Promise<void> {
  const failure = await run(program, words, { cwd: folder, maxBuffer: 64 * 1024 * 1024 }).then(
    () => null,
    (error: unknown) => saidBy(error),
  );
  expect(failure, `${program} ${words.join(" ")}`).toBeNull();
}

/** What a program that failed has said. */
function saidBy(error: unknown): string {
  // The cast: it is what `execFile` rejects with.
  const { stdout = "", stderr = "" } = error as { readonly stdout?: string; readonly stderr?: string };
  return `${stdout}${stderr}`;
}

const tagTable = `import type { CoreTables, Vocabulary } from "@countersign/db";

export function defineTags({ table, id, text, flag, instant, count, index }: Vocabulary, users: CoreTables["users"]) {
  return table(
    "tags",
    {
      id: id("id").primaryKey(),
      ownerId: id("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      name: text("name").notNull(),
      description: text("description").notNull().default(""),
      isPinned: flag("is_pinned").notNull().default(false),
      dueAt: instant("due_at"),
      weight: count("weight").notNull().default(0),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
    },
    (tag) => [index("tags_owner_id_created_at").on(tag.ownerId, tag.createdAt)],
  );
}
`;

const recipeTable = `import type { CoreTables, Vocabulary } from "@countersign/db";

export function defineRecipes(
  { table, id, text, flag, instant, count, index }: Vocabulary,
  users: CoreTables["users"],
) {
  return table(
    "recipes",
    {
      id: id("id").primaryKey(),
      ownerId: id("owner_id")
        .notNull()
        .references(() => users.id, { onDelete: "cascade" }),
      title: text("title").notNull(),
      body: text("body").notNull().default(""),
      servings: count("servings").notNull(),
      rating: count("rating"),
      isPublic: flag("is_public").notNull().default(false),
      cookedAt: instant("cooked_at").notNull(),
      bestBefore: instant("best_before"),
      version: count("version").notNull(),
      createdAt: instant("created_at").notNull(),
      updatedAt: instant("updated_at").notNull(),
      removedAt: instant("removed_at"),
    },
    (recipe) => [index("recipes_owner_id_created_at").on(recipe.ownerId, recipe.createdAt)],
  );
}
`;
