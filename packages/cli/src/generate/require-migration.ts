import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Failure } from "../failure.ts";

/**
 * The tests of what is generated run on databases that the migrations make: without one for the table they would fail on a
 * table that is not there.
 *
 * @throws Failure when a dialect has none, with the way to it
 */
export function requireMigration(
  apiFolder: string,
  { name, sqlName }: { readonly name: string; readonly sqlName: string },
): void {
  const missing = ["postgres", "sqlite"].filter((dialect) => {
    const folder = join(apiFolder, "migrations", dialect);
    return (
      existsSync(folder) && !globSync("*.sql", { cwd: folder }).some((file) => creates(join(folder, file), sqlName))
    );
  });
  if (missing.length === 0) return;
  throw new Failure(
    "refused",
    `Table "${name}" has no migration for ${missing.join(" and ")} yet. Name it in ${apiFolder}/src/kit-postgres.ts and kit-sqlite.ts, run the script generate there, and then this again.`,
  );
}

function creates(file: string, sqlName: string): boolean {
  return new RegExp(`create table (?:if not exists )?["\`]?${sqlName}["\`]?\\s*\\(`, "i").test(
    readFileSync(file, "utf8"),
  );
}
