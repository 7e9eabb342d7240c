import { expect, test } from "vitest";

import { sqliteDialect as sqlite } from "@app/services/databases";
import { defaultSettings, fieldFaults, findFieldFault } from "@countersign/contract";

import { findPasswordFault } from "../password/password-rule.ts";
import { nowhere, openTestAuth, testPassword } from "../test/open-auth.ts";

import { parseEmail } from "./email.ts";
import { parseUsername } from "./username.ts";

const ann = { username: "ann-of-the-hill", email: "ann@example.com" };

/** Each says something wrong; the fault it is found by, and the number in it. */
test.each([
  [findPasswordFault("short", ann, { ...defaultSettings, PASSWORD_MIN_LENGTH: 15 }), "tooShort", 15],
  [findPasswordFault("x".repeat(257), ann, defaultSettings), "tooLong", 256],
  [findPasswordFault("broken \ud800 words", ann, defaultSettings), "brokenCharacter", null],
  [findPasswordFault("password123", ann, defaultSettings), "passwordCommon", null],
  [findPasswordFault("Ann-Of-The-Hill", ann, defaultSettings), "passwordLikeName", null],
  [findPasswordFault("Countersign1", ann, defaultSettings), "passwordLikeSite", null],
  [faultOf(parseUsername("")), "usernameMissing", null],
  [faultOf(parseUsername("x".repeat(65))), "tooLong", 64],
  [faultOf(parseUsername("a\u200bnn")), "invisibleCharacter", null],
  [faultOf(parseUsername("\u0430lice")), "mixedScripts", null],
  [faultOf(parseUsername("ann@example")), "usernameWithAt", null],
  [faultOf(parseEmail("ann")), "emailMalformed", null],
  [faultOf(parseEmail("x".repeat(300))), "tooLong", 254],
] as const)("%j is known to pages in every language", (sentence, name, count) => {
  expect(findFieldFault(sentence ?? "")).toEqual({ name, count });
});

test("so are the faults that only the database knows of, and those of a site that asks for more", async () => {
  await using app = await openTestAuth(sqlite, { EMAIL_REQUIRED: true });
  const register = (username: string, email: string) =>
    app.auth.accounts.register({ username, email, password: testPassword }, nowhere);
  await register("ann", "ann@example.com");

  expect(faultsIn(await register("ANN", "bob@example.com"))).toEqual(["usernameTaken"]);
  expect(faultsIn(await register("bob", "ANN@example.com"))).toEqual(["emailTaken"]);
  expect(faultsIn(await register("bob", ""))).toEqual(["emailMissing"]);
});

test("a sentence that only looks like one is none", () => {
  expect(findFieldFault("Too short: at least many characters.")).toBeNull();
  expect(findFieldFault(fieldFaults.tooShort)).toEqual({ name: "tooShort", count: null });
});

function faultOf(parsed: object): string | null {
  return "fault" in parsed && typeof parsed.fault === "string" ? parsed.fault : null;
}

function faultsIn(result: object): Array<string | null> {
  const fields: Record<string, readonly string[]> = "fields" in result ? (result.fields as never) : {};
  return Object.values(fields)
    .flat()
    .map((sentence) => findFieldFault(sentence)?.name ?? null);
}
