import { expect, test } from "vitest";

import { Failure } from "../failure.ts";

import { planCrud, type PlanOptions } from "./plan-crud.ts";
import type { ColumnFacts, TableFacts } from "./read-table.ts";
import { routerSource } from "./router-source.ts";

const column = (name: string, given: Partial<ColumnFacts> = {}): ColumnFacts => ({
  name,
  kind: "text",
  isNullable: false,
  isOptional: false,
  refersTo: null,
  ...given,
});
const kept = [column("id"), column("version", { kind: "number" }), column("createdAt", { kind: "instant" })];
const ofUser = { refersTo: "users" } as const;
const table = (...columns: readonly ColumnFacts[]): TableFacts => ({
  name: "tags",
  sqlName: "tags",
  columns: [...kept, ...columns],
});
const nothing: PlanOptions = { singular: null, owner: null, permission: null };

test("the owner's column is found, and neither it nor what the library keeps can be written", () => {
  const plan = planCrud(table(column("title"), column("ownerId", ofUser)), nothing);

  expect(plan).toMatchObject({
    scope: { kind: "owner", column: "ownerId" },
    fields: [{ name: "title", kind: "line" }],
    shown: ["createdAt"],
  });
  expect(plan.names).toMatchObject({ singular: "tag", type: "Tag", file: "tag", files: "tags" });
});

test("the only column that refers to users is the owner's, whatever it is called", () => {
  const plan = planCrud(table(column("title"), column("authorId", ofUser)), nothing);

  expect(plan).toMatchObject({ scope: { column: "authorId" }, makers: [] });
});

test("who made a row is written by the server, where rows are removed into a bin is found", () => {
  const bin = column("deletedAt", { kind: "instant", isNullable: true, isOptional: true });
  const plan = planCrud(table(column("name"), column("userId", ofUser), column("createdBy", ofUser), bin), nothing);

  expect(plan).toMatchObject({ scope: { column: "userId" }, makers: ["createdBy"], removedAt: "deletedAt" });
  expect(routerSource(plan)).toContain("beforeCreate: (values, { ctx }) => ({ ...values, createdBy: ctx.user.id }),");
  expect(plan.fields.map(({ name }) => name)).toEqual(["name"]);
});

test("what refers to another's row, or holds JSON, is never a field", () => {
  const parent = column("bookId", { refersTo: "books", isNullable: true, isOptional: true });
  const extra = column("extra", { kind: "json", isOptional: true });
  const plan = planCrud(table(column("title"), column("ownerId", ofUser), parent, extra), nothing);

  expect(plan.fields.map(({ name }) => name)).toEqual(["title"]);
});

test("what only a person can decide is refused with what to do", () => {
  const title = column("title");
  const owner = column("ownerId", ofUser);
  const refused = (facts: TableFacts, reason: RegExp, options: Partial<PlanOptions> = {}) => {
    expect(() => planCrud(facts, { ...nothing, ...options })).toThrow(Failure);
    expect(() => planCrud(facts, { ...nothing, ...options })).toThrow(reason);
  };

  refused(table(title), /No column refers to users.*--permission/);
  refused(table(title, column("userId", ofUser), owner), /--owner userId, --owner ownerId\./);
  refused(table(title, owner), /"title" of "tags" can't be the owner.*ownerId/, { owner: "title" });
  refused(table(title, owner), /--owner or --permission/, { owner: "ownerId", permission: "app.all" });
  refused(table(title, owner, column("bookId", { refersTo: "books" })), /"bookId".*refers to books/);
  refused(table(title, owner, column("extra", { kind: "json" })), /"extra".*JSON/);
  refused(table(owner), /no column of text/);
  const unversioned = { name: "tags", sqlName: "tags", columns: [column("id"), title, owner] };
  refused(unversioned, /no column "version".*count\("version"\)/);
});

test("for those with a permission there is no owner, and no quota of one", () => {
  const source = routerSource(planCrud(table(column("title")), { ...nothing, permission: "app.tags" }));

  expect(source).toContain(`scope: unscoped("app.tags")`);
  expect(source).not.toContain("quota");
});
