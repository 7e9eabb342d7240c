import { expect, test } from "vitest";

import { anyOf } from "../scope/any-of.ts";
import { owner } from "../scope/owner.ts";
import { unscoped } from "../scope/unscoped.ts";
import { crudRouter } from "../test/app.ts";

const given = { table: "notes", scope: owner("ownerId"), fields: { title: true } } as const;

/** The compiler fails when one of the errors that are expected is none; the run, when a program without types would start. */
test("a name that the table does not have is an error of types and at start, and so is a comparison its column cannot do", () => {
  expect(() => crudRouter({ ...given, fields: { title: true, body: true } })).not.toThrow();
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, fields: { title: true, bdy: true } })).toThrow('"bdy"');
  // @ts-expect-error: written by the library
  expect(() => crudRouter({ ...given, fields: { title: true, version: true } })).toThrow('"version"');

  expect(() => crudRouter({ ...given, scope: anyOf(owner("ownerId"), unscoped("notes.view_all")) })).not.toThrow();
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, scope: owner("ownrId") })).toThrow('"ownrId"');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, scope: anyOf(owner("ownrId"), unscoped("notes.view_all")) })).toThrow('"ownrId"');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ table: "notes", scope: owner("ownrId"), fields: { title: true } })).toThrow('"ownrId"');

  expect(() =>
    crudRouter({ ...given, filters: { title: ["contains"], dueAt: ["gte", "isNull"], priority: ["eq", "in"] } }),
  ).not.toThrow();
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, filters: { titel: ["eq"] } })).toThrow('"titel"');
  // @ts-expect-error: an instant is no text
  expect(() => crudRouter({ ...given, filters: { dueAt: ["contains"] } })).toThrow('filtered by "contains"');
  // @ts-expect-error: a number is no text
  expect(() => crudRouter({ ...given, filters: { priority: ["startsWith"] } })).toThrow('filtered by "startsWith"');
  // @ts-expect-error: no such comparison
  expect(() => crudRouter({ ...given, filters: { title: ["like"] } })).toThrow('filtered by "like"');

  expect(() => crudRouter({ ...given, search: ["title", "body"] })).not.toThrow();
  // @ts-expect-error: a number is no text
  expect(() => crudRouter({ ...given, search: ["priority"] })).toThrow('"priority" is no text');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, search: ["titel"] })).toThrow('"titel"');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, order: { by: ["titel"] } })).toThrow('"titel"');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, show: ["titel"] })).toThrow('"titel"');
  // @ts-expect-error: no such column
  expect(() => crudRouter({ ...given, showTo: { titel: "notes.view_all" } })).toThrow('"titel"');
  // @ts-expect-error: no such table
  expect(() => crudRouter({ ...given, table: "note" })).toThrow("names no table");
});
