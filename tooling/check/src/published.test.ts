import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeWorkspace } from "./fixture-workspace.ts";
import { findPackages } from "./workspace.ts";

const root = join(import.meta.dirname, "../../..");
const published = findPackages(root).filter(({ isPrivate }) => !isPrivate);

// What users install is not what the workspace runs: it is built, and has other exports. So it is packed, unpacked
// beside what it depends on, and used from there.
describe("what is published", () => {
  let project: ReturnType<typeof makeWorkspace>;

  beforeAll(() => {
    project = makeWorkspace({ "package.json": `{ "type": "module" }` });
    for (const { name, folder } of published) install(project.path, name, join(root, folder));
  });

  afterAll(() => project[Symbol.dispose]());

  test.each(published)("$name can be imported by plain Node", ({ name }) => {
    for (const entry of readEntries(project.path, name)) {
      if (entry.endsWith(".css")) continue;
      const said = run(project.path, "node", [
        "--eval",
        `import("${entry}").then((it) => console.log(Object.keys(it)))`,
      ]);
      expect(said, entry).toMatch(/\w+/);
    }
  });

  test.each(published)("$name has every file its entries name, the licence, and no test", ({ name }) => {
    const files = run(join(project.path, "node_modules", name), "find", [".", "-type", "f"]).split("\n");
    expect(files).toContain("./LICENSE");
    expect(files.filter((file) => /\.test\.|\.suite\.|\/test\//.test(file))).toEqual([]);
    for (const entry of Object.values(readManifest(project.path, name).exports).flatMap(pathsOf)) {
      expect(files).toContain(entry);
    }
  });

  test("@countersign/db carries its migrations", () => {
    const migrations = join(project.path, "node_modules/@countersign/db/migrations");
    for (const dialect of ["sqlite", "postgres"]) expect(existsSync(join(migrations, dialect))).toBe(true);
  });

  test("the command line runs as it is installed: on the database of the packages beside it", () => {
    const { bin } = readManifest(project.path, "@countersign/cli");
    const countersign = join(project.path, "node_modules/@countersign/cli", bin?.["countersign"] ?? "");
    expect(readFileSync(countersign, "utf8")).toMatch(/^#!\/usr\/bin\/env node\n/);
    const url = `sqlite:${join(project.path, "test.db")}`;
    const migrate = `import("@countersign/db").then(async ({ openDatabase, coreMigrations }) =>
      (await openDatabase("${url}", { migrations: [coreMigrations] })).close())`;
    run(project.path, "node", ["--eval", migrate]);

    run(project.path, "node", [countersign, "user", "create", "ann", "--database", url], "a few random words");

    expect(run(project.path, "node", [countersign, "user", "list", "--database", url])).toMatch(/^ann .* active /m);
  });

  test("the types reach whoever uses the packages", () => {
    writeFileSync(
      join(project.path, "use.ts"),
      `import { CloseCode, type UserSnapshot } from "@countersign/contract";
       import { createMemoryBus } from "@countersign/bus";
       import { createSessionClient } from "@countersign/client";
       export const code: 4401 = CloseCode.sessionEnded;
       export const user: UserSnapshot = { isAuthenticated: false };
       export const stop: () => void = createMemoryBus().subscribe((hint) => hint.kind);
       export const state: string = createSessionClient().connection.get().state;
       // @ts-expect-error: types that were lost would let this pass.
       export const wrong: string = CloseCode.sessionEnded;
       // @ts-expect-error
       createMemoryBus().publish({ kind: "no such hint" });
       // @ts-expect-error
       createSessionClient({ callDeadlineMs: "soon" });`,
    );
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2024"];
    const tsc = join(root, "node_modules/.bin/tsc");
    expect(run(project.path, tsc, [...options, "--types", "", "--lib", "es2024,dom", "use.ts"])).toBe("");
  });
});

/** Packs a package and unpacks it where a project would have it, beside the packages of others that it depends on. */
function install(project: string, name: string, folder: string): void {
  if (!existsSync(join(folder, "dist"))) {
    throw new Error(`${name} is not built. Let @app/check#test depend on ${name}#build in turbo.json.`);
  }
  const target = join(project, "node_modules", name);
  mkdirSync(target, { recursive: true });
  const archive = join(project, `${name.replace("/", "-")}.tgz`);
  run(folder, "pnpm", ["pack", "--out", archive]);
  run(target, "tar", ["--extract", "--strip-components=1", `--file=${archive}`]);
  rmSync(archive);

  const { dependencies = {}, peerDependencies = {} } = readManifest(project, name);
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (published.some((each) => each.name === dependency)) continue;
    const place = join(target, "node_modules", dependency);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(folder, "node_modules", dependency), place);
  }
}

interface Manifest {
  readonly exports: Readonly<Record<string, Target>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

type Target = string | { readonly types: string; readonly default: string };

function readManifest(project: string, name: string): Manifest {
  return JSON.parse(readFileSync(join(project, "node_modules", name, "package.json"), "utf8")) as Manifest;
}

function readEntries(project: string, name: string): string[] {
  return Object.keys(readManifest(project, name).exports).map((entry) => name + entry.slice(1));
}

function pathsOf(target: Target): string[] {
  return typeof target === "string" ? [target] : [target.types, target.default];
}

function run(cwd: string, command: string, args: readonly string[], input = ""): string {
  try {
    return execFileSync(command, args, { cwd, input, encoding: "utf8", stdio: ["pipe", "pipe", "pipe"] });
  } catch (error) {
    // What the program said is worth more than its exit code.
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`, { cause: error });
  }
}
