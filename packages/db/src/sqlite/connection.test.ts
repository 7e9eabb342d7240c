import Sqlite from "better-sqlite3";
import { expect, test } from "vitest";

import { wrapConnection } from "./connection.ts";

test("rows come as arrays, in the order of the columns; a write without rows answers none", () => {
  using sqlite = openInMemory();
  const connection = wrapConnection(sqlite.database, { kept: 10 });

  expect(connection.run("create table t (a, b)", [])).toEqual([]);
  expect(connection.run("insert into t values (?, ?)", [1, "x"])).toEqual([]);
  expect(connection.run("insert into t values (?, ?) returning b, a", [2, "y"])).toEqual([["y", 2]]);
  expect(connection.run("select a, a, b from t order by a", [])).toEqual([
    [1, 1, "x"],
    [2, 2, "y"],
  ]);
});

test("so many prepared statements are kept, and the one not used for longest goes first", () => {
  using sqlite = openInMemory();
  const prepared: string[] = [];
  const prepare = sqlite.database.prepare.bind(sqlite.database);
  sqlite.database.prepare = (text: string) => {
    prepared.push(text);
    return prepare(text);
  };
  const connection = wrapConnection(sqlite.database, { kept: 2 });

  for (const text of ["select 1", "select 2", "select 1", "select 3"]) connection.run(text, []);
  expect(prepared).toEqual(["select 1", "select 2", "select 3"]);

  connection.run("select 1", []);
  expect(prepared).toHaveLength(3);
  connection.run("select 2", []);
  expect(prepared).toHaveLength(4);
});

function openInMemory() {
  const database = new Sqlite(":memory:");
  return { database, [Symbol.dispose]: () => database.close() };
}
