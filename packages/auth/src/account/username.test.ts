import { expect, test } from "vitest";

import { cpuTime } from "../test/cpu-time.ts";

import { parseUsername } from "./username.ts";

test("a username is normalised and trimmed for show, and has a key in lower case", () => {
  expect(parseUsername("  Ann Lee ")).toEqual({ username: "Ann Lee", usernameKey: "ann lee" });
  expect(parseUsername("Ａｎｎ")).toEqual({ username: "Ann", usernameKey: "ann" });
});

test("REG-11: spellings that are equal after NFKC have one key", () => {
  const keys = ["\u03a9mega", "\u2126mega", "\u03c9MEGA"].map(parseUsername);

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
