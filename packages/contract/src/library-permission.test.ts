import { expect, test } from "vitest";

import { libraryPermissions, withLibraryPermissions } from "./library-permission.ts";

test("an app's permissions stand beside the library's", () => {
  expect(withLibraryPermissions(["notes.overview"])).toEqual([...libraryPermissions, "notes.overview"]);
  expect(withLibraryPermissions([])).toEqual(libraryPermissions);
});

test("one of the library's permissions cannot be declared by an app as well", () => {
  expect(() => withLibraryPermissions(["notes.overview", "users.grant"])).toThrow('"users.grant"');
});
