import { expect, test } from "vitest";

import { coreTables, extendTables } from "@countersign/db";
import { createProcedures } from "@countersign/rpc";

import { createCrud } from "../crud-router.ts";
import { membership } from "../scope/membership.ts";
import { owner } from "../scope/owner.ts";
import { unscoped } from "../scope/unscoped.ts";

import { missingIndexes } from "./missing-indexes.ts";

/** A table of things, with these indexes, and a table of members. */
function define(indexed: readonly (readonly string[])[]) {
  return extendTables(coreTables, ({ table, id, text, instant, count, index }) => ({
    things: table(
      "things",
      {
        id: id("id").primaryKey(),
        placeId: id("place_id").notNull(),
        title: text("title").notNull(),
        state: text("state").notNull(),
        dueAt: instant("due_at"),
        removedAt: instant("removed_at"),
        version: count("version").notNull(),
      },
      (thing) =>
        indexed.map((names, number) => {
          const [first, ...rest] = names.map((name) => thing[name as "placeId"]);
          return index(`things_${number}`).on(first as typeof thing.placeId, ...rest);
        }),
    ),
    members: table("members", {
      id: id("id").primaryKey(),
      placeId: id("place_id").notNull(),
      userId: id("user_id").notNull(),
      role: text("role").notNull(),
    }),
  }));
}

function missing(
  indexed: readonly (readonly string[])[],
  more: object = {},
  scope: unknown = owner("placeId"),
): readonly string[] {
  const tables = define(indexed);
  const procedures = createProcedures({ tables });
  const crudRouter = createCrud({ procedures, tables });
  const options = {
    order: { by: ["title"] },
    table: "things",
    scope,
    fields: { title: true },
    without: ["create"],
    ...more,
  };
  return missingIndexes(procedures.router({ thing: crudRouter(options as never) as never }), tables);
}

const byTitle =
  'Table "things", for lists in the order of "title": index("things_place_id_title").on(row.placeId, row.title, row.id)';

test("a list needs an index that begins with its scope's column and goes on with its order", () => {
  expect(missing([])).toContain(byTitle);
  expect(missing([["placeId"]])).toEqual([byTitle]);
  expect(missing([["title", "placeId"]])).toContain(byTitle);
  expect(missing([["placeId", "dueAt", "title"]])).toEqual([byTitle]);
  expect(missing([["placeId", "title"]])).toEqual([]);
});

test("what is held to one value may stand between: an equal filter, the bin", () => {
  const more = { filters: { state: ["eq"] }, removedAt: "removedAt" };
  expect(missing([["placeId", "removedAt", "state", "title", "id"]], more)).toEqual([]);
  expect(missing([["placeId", "removedAt", "state", "title", "id"]])).toEqual([byTitle]);
});

test("with few rows of each owner the scope's column is enough; with many it is not", () => {
  expect(missing([["placeId"]], { quota: { rows: 10_000, of: "placeId" } })).toEqual([]);
  expect(missing([["placeId"]], { quota: { rows: 10_001, of: "placeId" } })).toEqual([byTitle]);
});

test("memberships are looked up by user, and lists of all rows need the order alone", () => {
  const members = { members: "members", key: "placeId", user: "userId", role: "role", roles: { read: ["all"] } };
  expect(missing([["placeId", "title"]], {}, membership({ of: "placeId", ...members } as never))).toEqual([
    'Table "members", for whose rows are whose: index("members_user_id").on(row.userId)',
  ]);
  expect(missing([], {}, unscoped("things.all"))).toEqual([
    'Table "things", for lists of all rows in the order of "title": index("things_title").on(row.title, row.id)',
  ]);
  expect(missing([["title"]], {}, unscoped("things.all"))).toEqual([]);
});
