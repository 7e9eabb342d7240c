import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

test.each([
  { name: "postgres", dialect: "postgresql" },
  { name: "sqlite", dialect: "sqlite" },
])("the $name migrations make the tables that the code declares: nothing is left to generate", ({ name, dialect }) => {
  // Inside the package, since the generator takes relative paths.
  const folder = mkdtempSync(join(packageFolder, "node_modules", "generated-"));
  try {
    cpSync(join(packageFolder, "migrations", name), folder, { recursive: true });
    const said = execFileSync(
      process.execPath,
      [
        join(packageFolder, "node_modules/drizzle-kit/bin.cjs"),
        "generate",
        `--dialect=${dialect}`,
        `--schema=./src/kit-${name}.ts`,
        `--out=${relative(packageFolder, folder)}`,
      ],
      { cwd: packageFolder, encoding: "utf8" },
    );
    expect(said).toContain("No schema changes");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
