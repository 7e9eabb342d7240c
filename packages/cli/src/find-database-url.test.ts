import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { findDatabaseUrl } from "./find-database-url.ts";
import { createFakeTerminal } from "./test/fake-terminal.ts";

test("the database is what the option says, else the variable, else the file that a variable names", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "url-"));
  const file = join(folder.path, "url");
  writeFileSync(file, "sqlite:./of-the-file.db\n");
  const both = { DATABASE_URL: "sqlite:./of-the-variable.db", DATABASE_URL_FILE: file };

  expect(findDatabaseUrl(terminalOf(both), "sqlite:./of-the-option.db")).toBe("sqlite:./of-the-option.db");
  expect(findDatabaseUrl(terminalOf(both), null)).toBe("sqlite:./of-the-variable.db");
  expect(findDatabaseUrl(terminalOf({ ...both, DATABASE_URL: "" }), null)).toBe("sqlite:./of-the-file.db");
});

test("without any of them, or with a file that cannot be read or is empty, it says what to set", () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), "url-"));
  const empty = join(folder.path, "empty");
  writeFileSync(empty, "\n");
  expect(() => findDatabaseUrl(terminalOf({}), null)).toThrow("Which database?");
  expect(() => findDatabaseUrl(terminalOf({ DATABASE_URL_FILE: empty }), null)).toThrow("Which database?");
  expect(() => findDatabaseUrl(terminalOf({ DATABASE_URL_FILE: join(folder.path, "gone") }), null)).toThrow(
    "DATABASE_URL_FILE: The file cannot be read.",
  );
});

function terminalOf(environment: Readonly<Record<string, string>>) {
  return createFakeTerminal("", environment).terminal;
}
