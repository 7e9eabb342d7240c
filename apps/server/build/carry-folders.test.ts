import { existsSync, mkdirSync, mkdtempDisposableSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

import { rolldown } from "rolldown";
import { expect, test } from "vitest";

import { carryFolders } from "./carry-folders.ts";

test("a folder that a package reads beside itself is found beside the bundle", async () => {
  using project = makeProject({
    "packages/db/src/migrations.ts": `export const folder = new URL("../migrations/sqlite/", import.meta.url);`,
    "packages/db/migrations/sqlite/0000.sql": "create table a (b);",
  });

  const { folder } = await bundleAndImport(project.path, "packages/db/src/migrations.ts");

  expect(folder.href).toContain("/dist/carried/db/migrations/sqlite/");
  expect(readFileSync(new URL("0000.sql", folder), "utf8")).toBe("create table a (b);");
});

test("what lies outside of the module's own package stays where it is", async () => {
  using project = makeProject({
    "packages/db/src/migrations.ts": `export const folder = new URL("../../web/dist/", import.meta.url);`,
    "packages/web/dist/index.html": "hello",
  });

  const { folder } = await bundleAndImport(project.path, "packages/db/src/migrations.ts");

  expect(folder.href).not.toContain("carried");
  expect(existsSync(join(project.path, "dist/carried"))).toBe(false);
});

test("a folder that is not there stops the build", async () => {
  using project = makeProject({
    "packages/db/src/migrations.ts": `export const folder = new URL("../migrations/sqlite/", import.meta.url);`,
  });

  await expect(bundleAndImport(project.path, "packages/db/src/migrations.ts")).rejects.toThrow("is not there");
});

/** A package `db` in a folder of its own. */
function makeProject(files: Record<string, string>): Disposable & { readonly path: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "carry-"));
  for (const [path, text] of Object.entries({ "packages/db/package.json": "{}", ...files })) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  return folder;
}

async function bundleAndImport(project: string, entry: string): Promise<{ folder: URL }> {
  const file = join(project, "dist/main.mjs");
  const build = await rolldown({ input: join(project, entry), platform: "node", plugins: [carryFolders()] });
  await build.write({ file });
  await build.close();
  return (await import(pathToFileURL(file).href)) as { folder: URL };
}
