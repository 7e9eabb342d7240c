import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

import { rolldown } from "rolldown";
import { expect, test } from "vitest";

import { standAlone } from "./stand-alone.ts";

const linux = { platform: "linux", arch: "x64" };

test("what is compiled is laid beside the bundle, for this kind of machine only, without its sources", async () => {
  using project = makeProject();
  const dist = await bundle(project.path, linux);

  expect(listFiles(dist)).toEqual([
    "main.js",
    "node_modules/@store/linux/package.json",
    "node_modules/@store/linux/store.linux-x64-gnu.node",
    "node_modules/store/lib/index.js",
    "node_modules/store/package.json",
    "node_modules/store/prebuilds/linux-x64.node",
    "node_modules/store/prebuilds/linuxmusl-x64.node",
    "package.json",
  ]);
  // The control: another machine gets its own.
  const other = await bundle(project.path, { platform: "darwin", arch: "arm64" });
  expect(listFiles(other).filter((file) => file.endsWith(".node"))).toEqual([
    "node_modules/store/prebuilds/darwin-arm64.node",
  ]);
});

test("the bundle runs where nothing else is installed", async () => {
  using project = makeProject();
  const dist = await bundle(project.path, linux);
  expect(execFileSync(process.execPath, [join(dist, "main.js")], { encoding: "utf8" })).toBe("kept\n");
});

test("a package that is not installed stops the build", async () => {
  using project = makeProject();
  await expect(bundle(project.path, linux, "gone")).rejects.toThrow('"gone" is not installed');
});

/** An app that uses a package as those with compiled parts are made: some in it, some in packages of their own. */
function makeProject(): Disposable & { readonly path: string } {
  const folder = mkdtempDisposableSync(join(tmpdir(), "stand-alone-"));
  const store = "node_modules/store";
  const files = {
    "app/package.json": "{}",
    "app/main.js": `import kept from "store"; console.log(kept);`,
    [`app/${store}/package.json`]: JSON.stringify({
      name: "store",
      main: "lib/index.js",
      optionalDependencies: { "@store/linux": "1.0.0", "@store/darwin": "1.0.0" },
    }),
    [`app/${store}/lib/index.js`]: `module.exports = "kept";`,
    [`app/${store}/lib/index.d.ts`]: "",
    [`app/${store}/src/store.cpp`]: "",
    [`app/${store}/deps/sqlite3.c`]: "",
    [`app/${store}/node_modules/for-building/package.json`]: "{}",
    [`app/${store}/prebuilds/linux-x64.node`]: "",
    [`app/${store}/prebuilds/linux-arm64.node`]: "",
    [`app/${store}/prebuilds/linuxmusl-x64.node`]: "",
    [`app/${store}/prebuilds/darwin-arm64.node`]: "",
    "app/node_modules/@store/linux/package.json": "{}",
    "app/node_modules/@store/linux/store.linux-x64-gnu.node": "",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  }
  return folder;
}

async function bundle(project: string, machine: typeof linux, name = "store"): Promise<string> {
  const dist = join(project, `elsewhere-${machine.platform}`);
  const from = join(project, "app");
  const plugins = [standAlone([name], { from, machine })];
  const build = await rolldown({ input: join(from, "main.js"), platform: "node", external: ["store"], plugins });
  await build.write({ dir: dist });
  await build.close();
  return dist;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}
