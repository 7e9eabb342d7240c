import { expect, test } from "vitest";

import { createTestPrincipal } from "../test/principal.ts";

import { can, canAll, canAny, inGroup } from "./can.ts";

const ann = createTestPrincipal({ permissions: ["notes.change", "notes.view"], groups: ["editors"] });
const bob = createTestPrincipal({});
const root = createTestPrincipal({ isSuperuser: true });
const staff = createTestPrincipal({ isStaff: true });

test("a permission held is enough, and only that one", () => {
  expect(can(ann, "notes.change")).toBe(true);
  expect(can(ann, "notes.remove")).toBe(false);
  expect(can(bob, "notes.change")).toBe(false);
  expect(can(null, "notes.change")).toBe(false);
});

test("PRM-02: a superuser passes every check, also for a permission that exists nowhere", () => {
  expect(can(root, "notes.change")).toBe(true);
  expect(canAll(root, ["no.such", "notes.change"])).toBe(true);
});

test("PRM-04: the staff flag alone grants nothing", () => {
  expect(can(staff, "notes.change")).toBe(false);
  expect(canAny(staff, ["notes.change", "notes.view"])).toBe(false);
});

test("any is enough for canAny, and all are needed for canAll", () => {
  expect(canAny(ann, ["notes.remove", "notes.view"])).toBe(true);
  expect(canAll(ann, ["notes.change", "notes.view"])).toBe(true);
  expect(canAll(ann, ["notes.change", "notes.remove"])).toBe(false);
});

test("PRM-07: an empty list is refused, for everyone", () => {
  for (const who of [ann, root, null]) {
    expect(() => canAll(who, [])).toThrow("empty");
    expect(() => canAny(who, [])).toThrow("empty");
  }
});

test.each([[["notes.change"]], [{ toString: () => "notes.change" }], [42], [null], [undefined]])(
  "PRM-07: %j is not the name of a permission, not even for a superuser",
  (name) => {
    // A caller without types is what this guards against.
    const untyped = name as unknown as string;

    expect(can(ann, untyped)).toBe(false);
    expect(can(root, untyped)).toBe(false);
  },
);

test.each(["__proto__", "constructor", "has", "size", "toString"])(
  "PRM-07: %s is nobody's permission or group",
  (name) => {
    expect(can(ann, name)).toBe(false);
    expect(inGroup(ann, name)).toBe(false);
  },
);

test("membership is asked by the group's name, and a superuser is in no group by that", () => {
  expect(inGroup(ann, "editors")).toBe(true);
  expect(inGroup(bob, "editors")).toBe(false);
  expect(inGroup(root, "editors")).toBe(false);
  expect(inGroup(null, "editors")).toBe(false);
});
