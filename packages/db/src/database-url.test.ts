import { resolve } from "node:path";

import { expect, test } from "vitest";

import { parseDatabaseUrl } from "./database-url.ts";

test("paths of SQLite files are taken from the working directory, or as they are when absolute", () => {
  expect(parseDatabaseUrl("sqlite:./data/app.db")).toEqual({ dialect: "sqlite", file: resolve("data/app.db") });
  expect(parseDatabaseUrl("sqlite:app.db")).toEqual({ dialect: "sqlite", file: resolve("app.db") });
  expect(parseDatabaseUrl("sqlite:/var/lib/app.db")).toEqual({ dialect: "sqlite", file: "/var/lib/app.db" });
  // What SQLite itself would read as a URI or as "in memory" is a path like any other.
  expect(parseDatabaseUrl("sqlite:file:app.db")).toEqual({ dialect: "sqlite", file: resolve("file:app.db") });
});

test("a database in memory has no file", () => {
  expect(parseDatabaseUrl("sqlite::memory:")).toEqual({ dialect: "sqlite", file: null });
});

test("both schemes of Postgres are known", () => {
  for (const url of ["postgres://ann:pw@db.example/app?sslmode=require", "postgresql:///app"]) {
    expect(parseDatabaseUrl(url)).toEqual({ dialect: "postgres", url });
  }
});

test("anything else is refused with the cure, and never shows a password", () => {
  const refused = [
    "",
    "app.db",
    "./app.db",
    "mysql://ann:secret@db.example/app",
    "postgres:app?password=secret",
    "postgres://ann:sec ret@db.example:port/app",
    "sqlite:",
    "sqlite: app.db",
    "sqlite::memory",
    "sqlite://app.db",
    "sqlite:app.db?mode=ro",
  ];
  for (const url of refused) {
    expect(() => parseDatabaseUrl(url), url).toThrow('"sqlite:./path.db"');
    expect(() => parseDatabaseUrl(url), url).not.toThrow("sec");
  }
});
