import { expect, test } from "vitest";

import { definePermissions, isPermissionName } from "./permission.ts";

test("permissions are declared once, as app.codename", () => {
  expect(definePermissions(["notes.change", "notes.view_all"])).toEqual(["notes.change", "notes.view_all"]);
  expect(() => definePermissions(["notes.change", "notes.change"])).toThrow("twice");
  expect(() => definePermissions(["Notes.change"])).toThrow("malformed");
});

test("PRM-07: what is not a name of this form is none", () => {
  for (const name of ["", "a", "a.", ".b", "a.b.c", "__proto__", "a.b ", "a.\u0062\u0301", 7, null, ["a.b"]]) {
    expect(isPermissionName(name), String(name)).toBe(false);
  }
});
