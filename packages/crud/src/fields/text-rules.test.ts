import { expect, test } from "vitest";

import { text } from "./text-rules.ts";

const title = text({ max: 20, singleLine: true, required: "Give it a title." });
const body = text({ max: 20 });

function faultOf(schema: typeof title, value: string): string | undefined {
  return schema.safeParse(value).error?.issues[0]?.message;
}

test.each([
  ["nothing", ""],
  ["blanks", " \t "],
  ["a Hangul filler", "\u3164"],
  ["half-width and initial fillers", "\uffa0\u115f"],
  ["blank Braille", "\u2800"],
  ["zero-width characters", "\u200b\u2060\ufeff"],
  ["a variation selector", "\ufe0f"],
  ["a soft hyphen and a tag", "\u00ad\u{e0020}"],
  ["what stands for an object", "\ufffc"],
])("CRU-21: %s is no title", (_, value) => {
  expect(faultOf(title, value)).toBe("Give it a title.");
  expect(faultOf(title, `${value}a`)).toBeUndefined();
});

test.each(["\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"])(
  "CRU-21: a single line takes nothing that turns the direction of text (%j)",
  (turn) => {
    expect(faultOf(title, `abc ${turn}fdp.exe`)).toBe("Remove the characters that turn the text's direction.");
    expect(faultOf(body, `abc ${turn}fdp.exe`)).toBeUndefined();
  },
);

test("CRU-21: a single line has no breaks; what people write passes as it is", () => {
  for (const broken of ["a\nb", "a\u0085b", "a\u2028b", "a\u2029b"]) {
    expect(faultOf(title, broken)).toBe("Remove the control characters.");
  }
  for (const value of ["שלום\u200f!", "م\u061c1", "می\u200cخواهم", "👩‍👩‍👧 😀", "❤\ufe0f", "e\u0301", "각", "?"]) {
    expect(title.parse(value)).toBe(value);
  }
});
