import { expect, test } from "vitest";

import { SignedInSnapshot } from "@countersign/contract";

import { createTestPrincipal } from "../test/principal.ts";

import { toSnapshot } from "./snapshot.ts";

const ann = createTestPrincipal({ permissions: ["notes.view", "notes.change"], groups: ["writers", "editors"] });

test("the snapshot holds exactly what the browser may know", () => {
  expect(toSnapshot(ann)).toEqual({
    isAuthenticated: true,
    id: "user-1",
    sessionId: "session-1",
    username: "Ann",
    email: "ann@example.com",
    emailVerified: false,
    firstName: "Ann",
    lastName: "Lee",
    isStaff: false,
    isSuperuser: false,
    groups: [],
    permissions: ["notes.change", "notes.view"],
    locale: null,
    sessionExpiresAt: "2027-01-01T00:00:00.000Z",
    authenticatedAt: "2027-01-01T00:00:00.000Z",
    impersonatedBy: null,
    version: 9,
  });
  expect(SignedInSnapshot.strict().safeParse(toSnapshot(ann)).success).toBe(true);
});

test("what a principal carries beside it does not get out", () => {
  const careless = {
    ...ann,
    user: { ...ann.user, passwordHash: "$argon2id$" },
    session: { ...ann.session, tokenHash: "ab" },
  };

  expect(toSnapshot(careless)).toEqual(toSnapshot(ann));
  expect(JSON.stringify(toSnapshot(careless))).not.toMatch(/argon2|hash/i);
});

test("groups are off and permissions on until settings say otherwise, and both are sorted", () => {
  expect(toSnapshot(ann, { groups: true, permissions: false })).toMatchObject({
    groups: ["editors", "writers"],
    permissions: [],
  });
});

test("a newer user or a newer session makes a newer snapshot", () => {
  const { version } = toSnapshot(ann);

  expect(toSnapshot({ ...ann, user: { ...ann.user, version: 8 } }).version).toBe(version + 1);
  expect(toSnapshot({ ...ann, session: { ...ann.session, version: 3 } }).version).toBe(version + 1);
});
