import { expect, test } from "vitest";

import { chooseLanguage, type Languages } from "./choose-language.ts";
import { arabic, english } from "./language.ts";

const languages: Languages = [english, arabic];

test.each([
  [["ar"], "ar", "ar"],
  [["ar-EG", "en"], "ar", "ar-EG"],
  [["en-GB"], "en", "en-GB"],
  [["fr-CA", "de", "ar-MA", "en"], "ar", "ar-MA"],
  [["fr"], "en", "en"],
  [[], "en", "en"],
  [[null, "ar"], "ar", "ar"],
  [["not a tag", "", "AR"], "ar", "AR"],
])("%j is shown in %s, with the dates of %s", (wanted, tag, locale) => {
  const choice = chooseLanguage(languages, wanted);

  expect([choice.language.tag, choice.locale]).toEqual([tag, locale]);
});
