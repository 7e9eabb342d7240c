import { expect, test } from "vitest";

import type { ConnectedProvider } from "./oidc-context.ts";
import { readClaims, readRenewedClaims } from "./read-claims.ts";

// The cast: nothing else of a provider is looked at here.
const provider = { groupsClaim: null, groups: {} } as unknown as ConnectedProvider;

test.each([
  ["ann@example.com", "ann@example.com", true],
  [" Ann@Example.COM ", "ann@example.com", true],
  ["\uFF41nn@example.com", "ann@example.com", false],
  ["\u212Aate@example.com", "kate@example.com", false],
  ["\u00C4nn@example.com", "\u00E4nn@example.com", false],
])("OID-26: %s is verified as %s only where both are one address: %s", (email, kept, isEmailVerified) => {
  const claims = { sub: "1", email, email_verified: true };
  expect(readClaims(provider, { claims })).toMatchObject({ email: kept, isEmailVerified });
});

test("of what a mapping answers that cannot be kept is left out, and keeps nobody outside", () => {
  const claims = { sub: "1", name: "Ann" };
  const read = (answer: unknown) => {
    // The cast: so may an app in plain JavaScript.
    const mapping = { mapClaims: () => answer, mapGroups: () => answer } as unknown as ConnectedProvider;
    return readClaims({ ...provider, ...mapping }, { claims });
  };
  for (const answer of [null, undefined, 7, { username: 7, email: ["a@example.com"], isStaff: 1 }])
    expect(read(answer)).toMatchObject({ names: ["Ann"], email: null, ranks: {}, groups: null });
  expect(read(["staff", 7, null, "staff", {}])).toMatchObject({ groups: ["staff"] });
});

test("at a renewal silence about groups is no word, and at a sign-in it is none of them", () => {
  const mapped = { ...provider, groupsClaim: "groups", groups: { works: "staff" } };
  for (const [claims, signIn, renewal] of [
    [{ sub: "1" }, [], null],
    [{ sub: "1", groups: [] }, [], []],
    [{ sub: "1", groups: ["works"] }, ["staff"], ["staff"]],
  ] as const) {
    expect(readClaims(mapped, { claims }).groups).toEqual(signIn);
    expect(readRenewedClaims(mapped, claims).groups).toEqual(renewal);
  }
});
