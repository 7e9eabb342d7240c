import { createHash } from "node:crypto";

import { expect, test } from "vitest";

import { createToken, hashToken, isToken } from "./token.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

test("SES-01: ten thousand tokens differ, are 43 characters of base64url, and every position is random", () => {
  const tokens = Array.from({ length: 10_000 }, createToken);

  expect(new Set(tokens).size).toBe(10_000);
  expect(tokens.every(isToken)).toBe(true);
  // The last character carries 4 bits, all others 6. Shannon entropy of 10,000 draws comes within 0.02 of that.
  const entropies = Array.from({ length: 43 }, (_, position) => entropy(tokens.map((token) => token.charAt(position))));
  expect(Math.min(...entropies.slice(0, 42))).toBeGreaterThan(5.98);
  expect(entropies[42]).toBeGreaterThan(3.98);
});

test("the entropy test fails for tokens that begin with the time", () => {
  const timed = Array.from({ length: 10_000 }, () => Date.now().toString(36).charAt(0));

  expect(entropy(timed)).toBeLessThan(0.1);
});

test("a token is kept as the SHA-256 of its text, in hex", () => {
  const token = createToken();

  expect(hashToken(token)).toBe(createHash("sha256").update(token).digest("hex"));
  expect(hashToken(createToken())).not.toBe(hashToken(token));
});

test.each([
  ["nothing", null],
  ["an empty text", ""],
  ["one character less", "a".repeat(42)],
  ["one character more", "a".repeat(44)],
  ["a character outside of base64url", `${"a".repeat(42)}=`],
  ["a line break at the end", `${"a".repeat(43)}\n`],
  ["other letters", "ä".repeat(43)],
])("%s is no token, and has no hash", (_, junk) => {
  expect(hashToken(junk)).toBeNull();
});

test("every character of the alphabet may be in a token", () => {
  const everything = [alphabet.slice(0, 43), alphabet.slice(21)];

  expect(everything.every(isToken)).toBe(true);
});

function entropy(characters: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const character of characters) counts.set(character, (counts.get(character) ?? 0) + 1);
  const shares = [...counts.values()].map((count) => count / characters.length);
  return -shares.reduce((sum, share) => sum + share * Math.log2(share), 0);
}
