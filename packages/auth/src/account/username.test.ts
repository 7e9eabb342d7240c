import { expect, test } from "vitest";

import { fieldFaults } from "@countersign/contract";

import { cpuTime } from "../test/cpu-time.ts";

import { parseUsername } from "./username.ts";

test("a username is normalised and trimmed for show, and has a key in lower case", () => {
  expect(parseUsername("  Ann Lee ")).toEqual({ username: "Ann Lee", usernameKey: "ann lee" });
  expect(parseUsername("Ａｎｎ")).toEqual({ username: "Ann", usernameKey: "ann" });
});

test("REG-11: spellings that are equal after NFKC have one key", () => {
  const keys = ["\u03a9mega", "\u2126mega", "\u03a9MEGA"].map((name) => parseUsername(name));

  expect(new Set(keys.map((name) => ("usernameKey" in name ? name.usernameKey : name.fault)))).toEqual(
    new Set(["ωmega"]),
  );
});

test("a key is its own key: folding it again changes nothing", () => {
  for (const raw of ["İstanbul", "ǅungla", "ﬁne", "ΟΔΟΣ", "ß", "Å"]) {
    const name = parseUsername(raw);
    if ("fault" in name) throw new Error(name.fault);
    expect(parseUsername(name.usernameKey)).toMatchObject({ usernameKey: name.usernameKey });
  }
});

test("64 characters are accepted and 65 refused", () => {
  expect(parseUsername("é".repeat(64))).toMatchObject({ username: "é".repeat(64) });
  expect(parseUsername("é".repeat(65))).toEqual({ fault: "Too long: at most 64 characters." });
  expect(parseUsername("ﷺ".repeat(4))).toEqual({ fault: "Too long: at most 64 characters." });
});

test("REG-11: a hundred thousand characters are refused before they are normalised", async () => {
  const endless = "ﷺ".repeat(100_000);

  expect(parseUsername(endless)).toEqual({ fault: "Too long: at most 64 characters." });
  expect(await cpuTime(() => parseUsername(endless))).toBeLessThan(5);
});

test.each([
  ["nothing", ""],
  ["blanks only", " \u3000 "],
  ["a NUL", "ann\u0000"],
  ["a line break inside", "ann\nlee"],
  ["a line separator", "ann\u2028lee"],
  ["a zero-width space", "an\u200bn"],
  ["a right-to-left override", "ann\u202eeel"],
  ["a soft hyphen", "an\u00adn"],
  ["half of a surrogate pair", "ann\ud800"],
  ["an @", "ann@example.com"],
  ["a full-width @", "ann\uff20example.com"],
])("%s is refused", (_, raw) => {
  expect(parseUsername(raw)).toHaveProperty("fault");
});

test.each([
  ["U+3164, a filler", "anna\u3164"],
  ["only a filler", "\u3164"],
  ["a half-width filler, which normalising turns into another", "anna\uffa0"],
  ["U+115F, a filler", "anna\u115f"],
  ["a grapheme joiner", "an\u034fna"],
  ["a variation selector", "anna\ufe0f"],
  ["a selector of the supplement", "anna\u{e0101}"],
  ["blank Braille", "anna\u2800"],
  ["a vowel that is not written", "anna\u17b4"],
  ["the blank of Ogham, which is no blank", "an\u1680na"],
  ["a null note head", "anna\u{1d159}"],
  ["an object that is not there", "anna\ufffc"],
  ["a tag", "anna\u{e0041}"],
])("%s is refused, as what cannot be seen", (_, raw) => {
  expect(parseUsername(raw)).toEqual({ fault: fieldFaults.invisibleCharacter });
});

test.each([
  ["at the beginning", "\u0301anna"],
  ["at the beginning of a word", "anna \u0301lee"],
])("a mark with no letter to stand on is refused: %s", (_, raw) => {
  expect(parseUsername(raw)).toEqual({ fault: fieldFaults.invisibleCharacter });
});

test.each(["\u0430lice", "аnna", "ann\u03b1", "раypal", "bob\u0660", "Ολga", "אdam"])(
  "letters of several scripts are refused: %s",
  (raw) => {
    expect(parseUsername(raw)).toEqual({ fault: fieldFaults.mixedScripts });
  },
);

test.each([
  "Zoë",
  "Łukasz 2",
  "o’neill",
  "Ann & Bob",
  "Иван_77",
  "Άννα",
  "آنا",
  "दीपिका",
  "สมชาย",
  "アンナーLee",
  "田中 花子 (Tanaka)",
  "민수 Kim 金",
  "🐴",
  "ᏣᎳᎩ",
])("names of one script, and of those that are written together, are not: %s", (raw) => {
  expect(parseUsername(raw)).toHaveProperty("username", raw);
});

test("two blanks are one: they are shown as one", () => {
  expect(parseUsername("Ann  \u3000Lee")).toEqual({ username: "Ann Lee", usernameKey: "ann lee" });
});
