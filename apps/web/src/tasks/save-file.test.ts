import { expect, test } from "vitest";

import { csvFileName } from "./save-file.ts";

test.each([
  ["Garden", "Garden.csv"],
  ["../etc: a/b\\c \u202Eexe", "etc-a-b-c-exe.csv"],
  ["حديقة البيت", "حديقة-البيت.csv"],
  ["???", "tasks.csv"],
  ["x".repeat(100), `${"x".repeat(60)}.csv`],
])("a file of %j is called %j", (name, file) => expect(csvFileName(name)).toBe(file));
