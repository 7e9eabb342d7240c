import { expect, test } from "vitest";

import { coreTables, extendTables } from "@countersign/db";
import { createProcedures } from "@countersign/rpc";

import { createCrud } from "../crud-router.ts";
import { onUpdate } from "../fields/field.ts";
import { anyOf } from "../scope/any-of.ts";
import { owner } from "../scope/owner.ts";
import { unscoped } from "../scope/unscoped.ts";

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
    papers: table("papers", {
      id: id("id").primaryKey(),
      ownerId: id("owner_id").notNull(),
      title: text("title").notNull(),
      note: text("note"),
      isDone: flag("is_done").notNull().default(false),
      version: count("version").notNull(),
      updatedAt: instant("updated_at").notNull(),
    }),
    things: table("things", columns()),
    slugs: table("slugs", columns(), (row) => [uniqueIndex("slugs_slug").on(row.slug)]),
    ownSlugs: table("own_slugs", columns(), (row) => [uniqueIndex("own_slugs_slug").on(row.ownerId, row.slug)]),
  };
});
const crudRouter = createCrud({ procedures: createProcedures({ tables }), tables });

/** Options that the types would not let pass, as an app written in JavaScript may give them. */
function build(options: object): unknown {
  const common = { table: "things", scope: owner("ownerId"), fields: { title: true }, without: ["create"] };
  return crudRouter({ ...common, ...options } as never);
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
  ["a field that is called as the key of a call", { fields: { key: true } }, "idempotency key"],
  ["a bin that is a field", { removedAt: "removedAt", fields: { removedAt: true } }, "and no field"],
  ["the scope's own column as a field", { fields: { ownerId: true } }, 'Field "ownerId" is filled in by the scope'],
  [
    "the own column of the first of several scopes as a field",
    { scope: anyOf(owner("ownerId"), unscoped("x")), fields: { ownerId: true } },
    'Field "ownerId" is filled in by the scope',
  ],
  ["a table that is not there", { table: "recipe" }, 'option "table" names no table. Name one of: users, '],
  ["a table's name that every object has", { table: "constructor" }, 'option "table" names no table'],
  ["a table that rows cannot be served from", { table: "idempotencyKeys" }, 'has no column "id"'],
  ["no scope", { scope: undefined }, 'option "scope" says whose rows are whose and is missing'],
  ["what is no scope", { scope: "ownerId" }, 'option "scope" says whose rows are whose and is missing'],
  ["no fields", { fields: undefined }, 'option "fields" is missing'],
  ["a new row without what it needs", { without: [] }, 'Column "slug" needs a value, and create gives it none'],
  [
    "a new row that gets what it needs too late",
    { without: [], table: "papers", fields: { title: onUpdate(true) } },
    'Column "title" needs a value',
  ],
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

test("what gives a new row all it needs is taken: a field, a default, the scope, a hook", () => {
  expect(() => build({ without: [], table: "papers", fields: { title: true } })).not.toThrow();
  expect(() => build({ without: [], hooks: { beforeCreate: (values: object) => values } })).not.toThrow();
  // Whoever may see all may put a row where it belongs to somebody else.
  const scope = anyOf(unscoped("x"), owner("ownerId"));
  expect(() => build({ scope, fields: { ownerId: true, title: true } })).not.toThrow();
});
