import { expect, test } from "vitest";

import { englishMessages } from "../messages.ts";

import { arabicMessages } from "./arabic-messages.ts";

type Text = string | ((...parts: never[]) => string);
type Catalogue = Readonly<Record<string, Readonly<Record<string, Text>>>>;

// The comma is Arabic too, but of no script by the book.
const arabicScript = /\p{Script=Arabic}|،/u;
const english = entriesOf(englishMessages);
const arabic = new Map(entriesOf(arabicMessages));

test("Arabic has every text of English and no other", () => {
  expect([...arabic.keys()].toSorted()).toEqual(english.map(([key]) => key).toSorted());
});

test.each(english)("%s is said in Arabic, with the same parts", (key, text) => {
  const translated = arabic.get(key);
  const parts = ["@one@", "@two@"].slice(0, typeof text === "function" ? text.length : 0);
  const said = say(translated, parts);

  expect(said).toMatch(arabicScript);
  expect(said).not.toBe(say(text, parts));
  // Every part that English says, Arabic says too; counts are written in its own way.
  for (const part of parts.filter((name) => say(text, parts).includes(name))) {
    expect(say(translated, parts).includes(part) || say(translated, [7]) !== say(translated, [11]), part).toBe(true);
  }
});

test("it counts as Arabic does: one, two, few, many", () => {
  const { passwordHelp } = arabicMessages.register;

  expect([1, 2, 8, 15, 100].map((count) => passwordHelp(count).split(" على")[0])).toEqual([
    "حرف واحد",
    "حرفان",
    expect.stringMatching(/أحرف$/),
    expect.stringMatching(/حرفًا$/),
    expect.stringMatching(/حرف$/),
  ]);
});

test("names in another script are isolated, so that they move nothing around them", () => {
  expect(arabicMessages.device.named("Firefox", "Linux")).toBe("\u2068Firefox\u2069 على \u2068Linux\u2069");
});

function entriesOf(catalogue: Catalogue): ReadonlyArray<readonly [string, Text]> {
  return Object.entries(catalogue).flatMap(([section, texts]) =>
    Object.entries(texts).map(([key, text]) => [`${section}.${key}`, text] as const),
  );
}

function say(text: Text | undefined, parts: ReadonlyArray<string | number>): string {
  // Each text is given as many parts as it takes.
  return typeof text === "function" ? text(...(parts as never[])) : (text ?? "");
}
