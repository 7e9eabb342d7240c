import { expect, test } from "vitest";

import { accountNames, parseLoginName } from "./login-name.ts";

test("LOG-08: with an @ it is an address, else a username; blanks around it and its case do not matter", () => {
  expect(parseLoginName(" Ann@EXAMPLE.com ")).toEqual({ kind: "email", key: "ann@example.com" });
  expect(parseLoginName(" ANN Lee\u3000")).toEqual({ kind: "username", key: "ann lee" });
});

test.each(["", "  ", "ann\u0000", "ann\ud800", "x".repeat(257)])("%j is nobody's name", (raw) => {
  expect(parseLoginName(raw)).toBeNull();
});

test("a user's names are the username and the address, where that is the user's for certain", () => {
  const ann = { usernameKey: "ann", emailKey: "ann@example.com", emailVerifiedAt: null };
  const both = ["username ann", "email ann@example.com"];
  expect(accountNames(ann, { EMAIL_VERIFICATION: "off" })).toEqual(both);
  expect(accountNames(ann, { EMAIL_VERIFICATION: "optional" })).toEqual(["username ann"]);
  expect(accountNames({ ...ann, emailVerifiedAt: new Date() }, { EMAIL_VERIFICATION: "optional" })).toEqual(both);
  expect(accountNames({ ...ann, emailKey: null }, { EMAIL_VERIFICATION: "off" })).toEqual(["username ann"]);
});
