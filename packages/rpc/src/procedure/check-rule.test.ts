import { expect, test } from "vitest";

import type { Principal } from "@countersign/auth";

import { checkRule } from "./check-rule.ts";

const now = Date.parse("2026-01-01T12:00:00Z");

function principal(
  parts: {
    isStaff?: boolean;
    isSuperuser?: boolean;
    permissions?: string[];
    groups?: string[];
    ageSeconds?: number;
  } = {},
): Principal {
  const { isStaff = false, isSuperuser = false, permissions = [], groups = [], ageSeconds = 0 } = parts;
  const at = new Date(now - ageSeconds * 1000);
  return {
    user: {
      id: "u",
      username: "ann",
      email: null,
      emailVerifiedAt: null,
      firstName: "",
      lastName: "",
      isStaff,
      isSuperuser,
      locale: null,
      createdAt: at,
      version: 1,
    },
    session: {
      id: "s",
      userId: "u",
      createdAt: at,
      lastUsedAt: at,
      authenticatedAt: at,
      expiresAt: new Date(now + 1000),
      absoluteExpiresAt: new Date(now + 1000),
      remember: false,
      impersonatedBy: null,
      version: 0,
    },
    permissions: new Set(permissions),
    groups: new Set(groups),
  };
}

const refusalOf = (rule: Parameters<typeof checkRule>[0], who: Principal | null) => {
  const refusal = checkRule(rule, who, now, 600);
  return refusal && (refusal.details.reason ?? refusal.code);
};

test("a public procedure lets everyone pass, any other asks for a user", () => {
  expect(refusalOf({ access: "public" }, null)).toBeNull();
  expect(refusalOf({ access: "user" }, null)).toBe("UNAUTHORIZED");
  expect(refusalOf({ access: "user" }, principal())).toBeNull();
});

test("a rule that says public but asks for more is not public", () => {
  expect(refusalOf({ access: "public", permissions: ["a.b"] }, null)).toBe("UNAUTHORIZED");
  expect(refusalOf({ access: "public", freshWithinSeconds: 0 }, null)).toBe("UNAUTHORIZED");
});

test("all permissions of a rule must be held", () => {
  const rule = { access: "user", permissions: ["a.b", "a.c"] } as const;
  expect(refusalOf(rule, principal({ permissions: ["a.b"] }))).toBe("FORBIDDEN");
  expect(refusalOf(rule, principal({ permissions: ["a.b", "a.c"] }))).toBeNull();
});

test("PRM-02, PRM-04: a superuser passes every permission, staff alone passes none", () => {
  expect(refusalOf({ access: "user", permissions: ["no.such"] }, principal({ isSuperuser: true }))).toBeNull();
  expect(refusalOf({ access: "user", permissions: ["a.b"] }, principal({ isStaff: true }))).toBe("FORBIDDEN");
  expect(refusalOf({ access: "user", superuser: true }, principal({ isStaff: true }))).toBe("FORBIDDEN");
  expect(refusalOf({ access: "user", staff: true }, principal())).toBe("FORBIDDEN");
});

test("a group asks for membership, which being a superuser does not give", () => {
  expect(refusalOf({ access: "user", groups: ["editors"] }, principal({ groups: ["editors"] }))).toBeNull();
  expect(refusalOf({ access: "user", groups: ["editors"] }, principal({ isSuperuser: true }))).toBe("FORBIDDEN");
});

test("SES-10: a fresh rule passes at its limit and not a second after", () => {
  const rule = { access: "user", freshWithinSeconds: "default" } as const;
  expect(refusalOf(rule, principal({ ageSeconds: 600 }))).toBeNull();
  expect(refusalOf(rule, principal({ ageSeconds: 601 }))).toBe("REAUTH");
});

test("SES-10: a sign-in that lies ahead is fresh as far as clocks of servers differ, and no further", () => {
  const rule = { access: "user", freshWithinSeconds: "default" } as const;
  expect(refusalOf(rule, principal({ ageSeconds: -60 }))).toBeNull();
  expect(refusalOf(rule, principal({ ageSeconds: -61 }))).toBe("REAUTH");
  // What asks for no fresh sign-in does not look at it.
  expect(refusalOf({ access: "user" }, principal({ ageSeconds: -61 }))).toBeNull();
});
