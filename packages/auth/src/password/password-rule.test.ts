import { expect, test } from "vitest";

import { defaultSettings } from "@countersign/contract";

import { cpuTime } from "../test/cpu-time.ts";

import { isCommonPassword } from "./common-password.ts";
import { createPasswordRule, findPasswordFault, isHashable } from "./password-rule.ts";

const faultOf = (password: string, account: typeof ann) => findPasswordFault(password, account, defaultSettings);
const ann = { username: "ann-the-first", email: "ann@example.com" };

test("REG-04: 256 characters are accepted and 257 refused, whatever they are made of", () => {
  expect(faultOf("x".repeat(256), ann)).toBeNull();
  expect(faultOf("x".repeat(257), ann)).toMatch("at most 256");
  expect(faultOf("🐴".repeat(256), ann)).toBeNull();
  expect(faultOf("🐴".repeat(257), ann)).toMatch("at most 256");
});

test("REG-04: a megabyte is refused without looking at it", async () => {
  const endless = "ﷺ".repeat(1_000_000);

  expect(isHashable(endless)).toBe(false);
  expect(await cpuTime(() => isHashable(endless))).toBeLessThan(20);
});

test("characters that grow eighteenfold by normalising are held to a limit of bytes", () => {
  expect(isHashable("ﷺ".repeat(124))).toBe(true);
  expect(isHashable("ﷺ".repeat(125))).toBe(false);
});

test("seven characters are too short and eight are not, counted as people count", () => {
  expect(faultOf("hörse-7", ann)).toMatch("at least 8");
  expect(faultOf("horse-77", ann)).toBeNull();
  expect(faultOf("🐴🔋📎🐴🔋📎🐴", ann)).toMatch("at least 8");
});

test.each(["correcthorsebat", " leading and trailing ", "пароль не словарный", "\u0000binary-stuff"])(
  "REG-07: there is no rule of composition: %j is accepted",
  (password) => {
    expect(faultOf(password, ann)).toBeNull();
  },
);

test("a broken surrogate pair is refused, because it would be hashed as any other broken one", () => {
  expect(faultOf("horse-77\ud800", ann)).toMatch("broken");
});

test.each([
  "password",
  "PASSWORD1",
  "Password123!",
  "12345678",
  "1234567890",
  "qwertyuiop",
  "iloveyou",
  "aaaaaaaa",
  "ｐassword",
  "welcome2024",
  "localhost1",
  "        ",
  "abababababab",
  "z".repeat(63),
])("%s is refused as too common", (password) => {
  expect(faultOf(password, ann)).toMatch("Too common");
});

test("a phrase with a common word in it is not common", () => {
  expect(isCommonPassword("password about horses")).toBe(false);
});

test("the password differs from the account's own names, in any case", () => {
  expect(faultOf("Ann-The-First", ann)).toMatch("differ");
  expect(faultOf("ANN@example.com", ann)).toMatch("differ");
  expect(faultOf("ann-the-second", ann)).toBeNull();
});

const bobby = { username: "bobby", email: "robert.smith@example.com" };

test.each([
  "bobby123",
  "123bobby!!!",
  "BobbyBobby1",
  "bobby-password",
  "bobby12345678",
  "robert.smith77",
  "robert.smith@example.com!",
  "\uff42obby1234",
])("a name with a little added is little more than the name: %s", (password) => {
  expect(faultOf(password, bobby)).toMatch("differ from your username");
});

test.each(["countersign", "Countersign1", "!!!COUNTERSIGN2026", "countersign-password"])(
  "the name of the site with a little added is the first thing to try: %s",
  (password) => {
    expect(faultOf(password, bobby)).toMatch("differ from the name of this site");
  },
);

test("what has a password of its own beside the name is one", () => {
  for (const password of ["bobby likes green boats", "a countersign is no password", "rob&smith-77"]) {
    expect(faultOf(password, bobby), password).toBeNull();
  }
  // A name of a letter or two is part of any word.
  expect(faultOf("a horse, by all means", { username: "a", email: "by@example.com" })).toBeNull();
  expect(faultOf("bobby123", ann)).toBeNull();
});

test("a site's name of several words counts however it is written", () => {
  const settings = { ...defaultSettings, SITE_NAME: "Green Boats" };
  for (const password of ["green boats", "GreenBoats1"]) {
    expect(findPasswordFault(password, bobby, settings)).toMatch("name of this site");
  }
  expect(findPasswordFault("countersign", bobby, settings)).toBeNull();
});

test("a site's own rules come after the library's, one after the other, and may take their time", async () => {
  const asked: string[] = [];
  const rule = createPasswordRule(defaultSettings, [
    (password, account) => {
      asked.push(`${account.username}: ${password}`);
      return password.includes("horse") ? "No horses." : null;
    },
    async (password) => (password.includes("stolen") ? "It is in a list of stolen ones." : null),
  ]);

  await expect(rule.findFault("short", ann)).resolves.toMatch("Too short");
  expect(asked).toEqual([]);
  await expect(rule.findFault("a stolen horse", ann)).resolves.toBe("No horses.");
  await expect(rule.findFault("a stolen boat", ann)).resolves.toBe("It is in a list of stolen ones.");
  await expect(rule.findFault("a boat of my own", ann)).resolves.toBeNull();
  expect(asked).toHaveLength(3);
});
