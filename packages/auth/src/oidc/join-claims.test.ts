import { expect, test } from "vitest";

import { joinClaims } from "./exchange.ts";

const [ann, eve] = ["ann@example.com", "eve@example.com"];

test.each([
  ["the ID token says both", { email: ann, email_verified: true }, {}, true],
  ["the userinfo says both", {}, { email: ann, email_verified: true }, true],
  ["both name the address, one says that it is verified", { email: ann }, { email: ann, email_verified: true }, true],
  ["the userinfo verifies another address", { email: ann }, { email: eve, email_verified: true }, undefined],
  ["the userinfo verifies an address that it does not name", { email: ann }, { email_verified: true }, undefined],
  ["the ID token verifies an address that it does not name", { email_verified: true }, { email: eve }, undefined],
  ["they contradict each other", { email: ann, email_verified: false }, { email: ann, email_verified: true }, false],
])("an address is verified by a document that names it: %s", (_when, signed, added, expected) => {
  expect(joinClaims({ sub: "1", ...signed }, { sub: "1", ...added })["email_verified"]).toBe(expected);
});

test("OID-31: what belongs to the sign-in is never read from the userinfo, which nobody signed", () => {
  const added = { sub: "1", auth_time: 1, sid: "theirs", acr: "high", name: "Ann" };
  expect(joinClaims({ sub: "1" }, added)).toEqual({ sub: "1", name: "Ann" });
});
