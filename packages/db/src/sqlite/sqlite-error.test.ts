import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { translateSqliteError } from "./sqlite-error.ts";

const asError = (code: string) => new Sqlite.SqliteError("said by SQLite", code);

test("REL-10: a failing disk is DatabaseUnavailable; while committing nobody knows what it kept", () => {
  for (const code of ["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE", "SQLITE_CANTOPEN"]) {
    expect(translateSqliteError(asError(code), { mayHaveWritten: true })).toMatchObject({
      name: "DatabaseUnavailable",
      outcomeUnknown: true,
    });
    expect(translateSqliteError(asError(code), { mayHaveWritten: false })).toMatchObject({ outcomeUnknown: false });
  }
});

test("REL-10: a full disk is DatabaseUnavailable, and kept nothing", () => {
  expect(translateSqliteError(asError("SQLITE_FULL"), { mayHaveWritten: true })).toMatchObject({
    name: "DatabaseUnavailable",
    outcomeUnknown: false,
  });
});

test("what is nobody's weather passes through as it is", () => {
  for (const error of [
    asError("SQLITE_CORRUPT"),
    asError("SQLITE_CONSTRAINT_NOTNULL"),
    new TypeError("a bug"),
    "text",
  ]) {
    expect(translateSqliteError(error, { mayHaveWritten: true })).toBe(error);
  }
});
