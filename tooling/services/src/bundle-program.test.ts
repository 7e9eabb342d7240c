import { execFile } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { expect, test } from "vitest";

import { bundleProgram } from "./bundle-program.ts";

test("a bundled program finds what lies beside its sources, and its traces lead there", async () => {
  using project = makeProject({
    "src/main.ts": `
      import { folder, fail } from "./lib/folder.ts";
      console.log(folder);
      fail();`,
    "src/lib/folder.ts": `
      export const folder: string = [new URL("../data/", import.meta.url).href, import.meta.dirname].join(" ");

      export function fail(): never {
        throw new Error("as expected");
      }`,
  });

  const said = await run(await bundleProgram(project.entry, project.cache));

  expect(said).toContain(`file://${project.path}/src/data/ ${project.path}/src/lib\n`);
  expect(said).toMatch(/Error: as expected\n +at fail \(.*\/src\/lib\/folder\.ts:5:15\)/);
});

test("a bundle is kept until one of its sources has changed or is gone", async () => {
  using project = makeProject({
    "src/main.ts": `import { word } from "./word.ts"; console.log(word);`,
    "src/word.ts": `export const word = "tea";`,
    "src/unused.ts": "",
  });
  const make = () => bundleProgram(project.entry, project.cache);
  const first = await make();
  project.write("src/unused.ts", "export const other = 1;");
  expect(await make()).toBe(first);
  expect(await run(first)).toBe("tea\n");

  project.write("src/word.ts", `export const word = "coffee";`);
  expect(await run(await make())).toBe("coffee\n");

  project.write("src/main.ts", `console.log("water");`);
  rmSync(join(project.path, "src/word.ts"));
  expect(await run(await make())).toBe("water\n");
});

test("a package that says otherwise how it is found is bundled anew", async () => {
  using project = makeProject({ "package.json": "{}", "src/main.ts": `console.log("tea");` });
  const first = await bundleProgram(project.entry, project.cache);

  project.write("package.json", `{ "type": "module" }`);

  expect(await bundleProgram(project.entry, project.cache)).not.toBe(first);
});

test("several who bundle the same program at once all get one that runs", async () => {
  using project = makeProject({ "src/main.ts": `console.log("tea");` });
  const programs = await Promise.all([1, 2, 3].map(() => bundleProgram(project.entry, project.cache)));
  await expect(Promise.all(programs.map(run))).resolves.toEqual(["tea\n", "tea\n", "tea\n"]);
});

test("a program that cannot be bundled is an error with the place", async () => {
  using project = makeProject({ "src/main.ts": `import "./gone.ts";` });
  await expect(bundleProgram(project.entry, project.cache)).rejects.toThrow("./gone.ts");
});

function makeProject(files: Readonly<Record<string, string>>) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "program-"));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder.path, path)), { recursive: true });
    writeFileSync(join(folder.path, path), text);
  };
  for (const [path, text] of Object.entries({ "package.json": "{}", ...files })) write(path, text);
  return {
    path: folder.path,
    entry: join(folder.path, "src/main.ts"),
    cache: join(folder.path, "cache"),
    write,
    [Symbol.dispose]: () => folder.remove(),
  };
}

/** What it prints, its errors too. */
async function run(program: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ["--enable-source-maps", program]).catch(
    // The cast: what it rejects with when the program fails.
    (error: unknown) => error as { readonly stdout: string; readonly stderr: string },
  );
  return stdout + stderr;
}
