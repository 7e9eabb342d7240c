import { expect, test } from "vitest";

import { cpuTime } from "../test/cpu-time.ts";

import { isCommonPassword } from "./common-password.ts";
import { findPasswordFault, isHashable } from "./password-rule.ts";

const ann = { username: "ann-the-first", email: "ann@example.com" };

test("REG-04: 256 characters are accepted and 257 refused, whatever they are made of", () => {
  expect(findPasswordFault("x".repeat(256), ann)).toBeNull();
  expect(findPasswordFault("x".repeat(257), ann)).toMatch("at most 256");
  expect(findPasswordFault("🐴".repeat(256), ann)).toBeNull();
  expect(findPasswordFault("🐴".repeat(257), ann)).toMatch("at most 256");
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
  expect(findPasswordFault("hörse-7", ann)).toMatch("at least 8");
  expect(findPasswordFault("horse-77", ann)).toBeNull();
  expect(findPasswordFault("🐴🔋📎🐴🔋📎🐴", ann)).toMatch("at least 8");
});

test.each(["correcthorsebat", "        ", " leading and trailing ", "пароль не словарный", "\u0000binary-stuff"])(
  "REG-07: there is no rule of composition: %j is accepted",
  (password) => {
    expect(findPasswordFault(password, ann)).toBeNull();
  },
);

test("a broken surrogate pair is refused, because it would be hashed as any other broken one", () => {
  expect(findPasswordFault("horse-77\ud800", ann)).toMatch("broken");
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
])("%s is refused as too common", (password) => {
  expect(findPasswordFault(password, ann)).toMatch("Too common");
});

test("a phrase with a common word in it is not common", () => {
  expect(isCommonPassword("password about horses")).toBe(false);
});

test("the password differs from the account's own names, in any case", () => {
  expect(findPasswordFault("Ann-The-First", ann)).toMatch("differ");
  expect(findPasswordFault("ANN@example.com", ann)).toMatch("differ");
  expect(findPasswordFault("ann-the-second", ann)).toBeNull();
});
