import { expect, test } from "vitest";

import type { ConnectedProvider } from "./oidc-context.ts";
import { readClaims } from "./read-claims.ts";

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
