import { expect, test } from "vitest";

import { coreTables, extendTables } from "@countersign/db";
import { createProcedures } from "@countersign/rpc";

import { createCrud } from "../crud-router.ts";
import { owner } from "../scope/owner.ts";

const tables = extendTables(coreTables, ({ table, id, text, flag, instant, json, count, uniqueIndex }) => {
  const columns = () => ({
    id: id("id").primaryKey(),
    ownerId: id("owner_id").notNull(),
    title: text("title").notNull(),
    slug: text("slug").notNull(),
    isDone: flag("is_done").notNull(),
    facts: json("facts").notNull(),
    removedAt: instant("removed_at"),
    startsAt: instant("starts_at").notNull(),
    version: count("version").notNull(),
    createdAt: instant("created_at").notNull(),
  });
  return {
    things: table("things", columns()),
    slugs: table("slugs", columns(), (row) => [uniqueIndex("slugs_slug").on(row.slug)]),
    ownSlugs: table("own_slugs", columns(), (row) => [uniqueIndex("own_slugs_slug").on(row.ownerId, row.slug)]),
  };
});
const crudRouter = createCrud({ procedures: createProcedures({ tables }), tables });

/** Options that the types would not let pass, as an app written in JavaScript may give them. */
function build(options: object): unknown {
  return crudRouter({ table: "things", scope: owner("ownerId"), fields: { title: true }, ...options } as never);
}

test.each([
  ["a column to write that is not there", { fields: { titel: true } }, 'has no column "titel"'],
  ["a column to show that is not there", { show: ["titel"] }, 'has no column "titel"'],
  ["a column to search that is not there", { search: ["titel"] }, 'has no column "titel"'],
  ["a column to order by that is not there", { order: { by: ["titel"] } }, 'has no column "titel"'],
  ["a column to filter by that every object has", { filters: { constructor: ["eq"] } }, 'no column "constructor"'],
  ["a column for some that is not there", { showTo: { titel: "things.see" } }, 'has no column "titel"'],
  ["a scope by a column that is not there", { scope: owner("owner") }, 'has no column "owner"'],
  ["a scope by a column that is no text", { scope: owner("startsAt") }, "Let a scope stand on ids only"],
  ["the version as a field", { fields: { version: true } }, 'Field "version" is written by the library'],
  ["the creation as a field", { fields: { createdAt: true } }, 'Field "createdAt" is written by the library'],
  ["a search in what is no text", { search: ["isDone"] }, 'Column "isDone" is no text'],
  ["JSON without a schema", { fields: { facts: true } }, "Give it a schema of its own"],
  ["a bin that cannot be empty", { removedAt: "startsAt" }, "make it a nullable instant"],
  ["a bin that is a field", { removedAt: "removedAt", fields: { removedAt: true } }, "and no field"],
  ["a file without columns", { csv: { columns: [] } }, "Name the columns of csv"],
])("%s is an error at start, which names the cure", (_, options, message) => {
  expect(() => build({})).not.toThrow();
  expect(() => build(options)).toThrow(message);
});

test("CRU-09: a column a user may write that is unique over all users is an error at start; unique for each is not", () => {
  const fields = { title: true, slug: true };
  expect(() => build({ table: "slugs", fields })).toThrow("(slug) is unique over all users");
  // One that only the app writes tells nobody anything.
  expect(() => build({ table: "slugs" })).not.toThrow();
  expect(() => build({ table: "ownSlugs", fields })).not.toThrow();
});
